using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Flickr.Photos.Pages;

/// <summary>
/// Scripts and style sheets, embedded in the program so that it runs from any folder. An address carries the hash of
/// the file, so browsers keep it for ever; scripts import one another by such addresses too.
/// </summary>
internal static partial class PageAssets
{
    private const string Prefix = "Flickr.Photos.Assets.";

    private static readonly FrozenDictionary<string, Asset> All = Load();

    /// <summary>Where a page finds an asset, e.g. <c>/assets/site.css?v=0123456789ab</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such asset: a misspelt name in a page.</exception>
    public static string Address(string name) => All[name].Address;

    /// <summary>Answers <c>/assets/{name}</c>.</summary>
    public static void MapAssets(this IEndpointRouteBuilder routes) => routes.MapGet("/assets/{name}", (string name, HttpContext context) =>
    {
        if (!All.TryGetValue(name, out var asset))
        {
            return Results.NotFound();
        }
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Bytes, asset.ContentType);
    });

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(PageAssets).Assembly;
        var texts = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..], name =>
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
                return reader.ReadToEnd();
            });
        var versions = new Dictionary<string, string>();
        return texts.Keys.ToFrozenDictionary(name => name, name =>
        {
            var text = WithVersionedImports(name, texts, versions);
            var type = name.EndsWith(".css", StringComparison.Ordinal) ? "text/css; charset=utf-8" : "text/javascript; charset=utf-8";
            return new Asset(Encoding.UTF8.GetBytes(text), type, $"/assets/{name}?v={versions[name]}");
        });
    }

    /// <summary>A script's version covers what it imports: a change below changes every address above.</summary>
    private static string WithVersionedImports(string name, Dictionary<string, string> texts, Dictionary<string, string> versions)
    {
        var text = Import().Replace(texts[name], match =>
        {
            var imported = match.Groups["file"].Value;
            WithVersionedImports(imported, texts, versions);
            return $"from \"./{imported}?v={versions[imported]}\"";
        });
        versions[name] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];
        return text;
    }

    [GeneratedRegex("from \"\\./(?<file>[a-z]+\\.js)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Import();

    private sealed record Asset(byte[] Bytes, string ContentType, string Address);
}
