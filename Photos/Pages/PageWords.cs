using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;

namespace Flickr.Photos.Pages;

/// <summary>The texts of the pages in one language. Read once from the embedded files; thread-safe.</summary>
public sealed class PageWords
{
    private static readonly PageWords English = Read("en");
    private static readonly PageWords Korean = Read("ko");

    private readonly FrozenDictionary<string, string> _texts;

    private PageWords(string language, Dictionary<string, string> texts)
    {
        Language = language;
        _texts = texts.ToFrozenDictionary();
        ForScripts = JsonSerializer.Serialize(texts
            .Where(text => text.Key.StartsWith("js.", StringComparison.Ordinal))
            .ToDictionary(text => text.Key[3..], text => text.Value)
            .Append(new("makePrivate", texts["makePrivate"])).Append(new("makePublic", texts["makePublic"]))
            .Append(new("private", texts["private"])).Append(new("favourite", texts["favourite"]))
            .ToDictionary());
    }

    /// <summary>Language tag, e.g. <c>ko</c>.</summary>
    public string Language { get; }

    /// <summary>How numbers are written: the program carries no cultures, and both languages group digits alike.</summary>
    public CultureInfo Culture => CultureInfo.InvariantCulture;

    /// <summary>"2026-03" as people say it.</summary>
    public string Month(string month) =>
        DateOnly.ParseExact(month, "yyyy-MM", CultureInfo.InvariantCulture).ToString(Language == "ko" ? "yyyy년 M월" : "MMMM yyyy", Culture);

    /// <summary>What scripts say, as JSON that is safe inside a script element.</summary>
    public string ForScripts { get; }

    /// <summary>Keys of this language; the same in every language (a test holds it).</summary>
    internal IEnumerable<string> Keys => _texts.Keys;

    /// <summary>The text of a key.</summary>
    public string this[string key] => _texts[key];

    /// <summary>The text of a key; null when there is none.</summary>
    public string? TryGet(string key) => _texts.GetValueOrDefault(key);

    /// <summary>The language that the browser asks for first among those we have; English otherwise.</summary>
    public static PageWords For(HttpContext context)
    {
        var wanted = context.Request.GetTypedHeaders().AcceptLanguage
            .OrderByDescending(language => language.Quality ?? 1)
            .Select(language => language.Value.Value ?? "");
        foreach (var language in wanted)
        {
            if (language.StartsWith("ko", StringComparison.OrdinalIgnoreCase))
            {
                return Korean;
            }
            if (language.StartsWith("en", StringComparison.OrdinalIgnoreCase))
            {
                return English;
            }
        }
        return English;
    }

    /// <summary>A language by its tag, for tests.</summary>
    internal static PageWords In(string language) => language == "ko" ? Korean : English;

    private static PageWords Read(string language)
    {
        using var stream = typeof(PageWords).Assembly.GetManifestResourceStream($"Flickr.Photos.Pages.Words.{language}.json")!;
        return new PageWords(language, JsonSerializer.Deserialize<Dictionary<string, string>>(stream)!);
    }
}
