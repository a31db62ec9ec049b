using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Flickr.Photos.Pages;

/// <summary>
/// Scripts, style sheets and the program's own icons, embedded so that it runs from any folder. An address carries the hash of
/// the file, so browsers keep it for ever; scripts import one another by such addresses too.
/// </summary>
internal static partial class PageAssets
{
    private const string Prefix = "Flickr.Photos.Assets.";
    private const string Worker = "sw.js";

    private static readonly FrozenDictionary<string, string> Types = new Dictionary<string, string>
    {
        [".css"] = "text/css; charset=utf-8", [".js"] = "text/javascript; charset=utf-8", [".png"] = "image/png",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, Asset> All = Load();

    /// <summary>Where a page finds an asset, e.g. <c>/assets/site.css?v=0123456789ab</c>.</summary>
    /// <exception cref="KeyNotFoundException">There is no such asset: a misspelt name in a page.</exception>
    public static string Address(string name) => All[name].Address;

    /// <summary>The addresses of scripts and of all they import, so that a browser asks for them at once and not one after the other.</summary>
    public static IEnumerable<string> Graph(params string[] names)
    {
        var seen = new HashSet<string>();
        void Walk(string name)
        {
            if (seen.Add(name))
            {
                foreach (var imported in All[name].Imports)
                {
                    Walk(imported);
                }
            }
        }
        Array.ForEach(names, Walk);
        return seen.Select(Address);
    }

    /// <summary>Answers <c>/assets/{name}</c>, the service worker and the manifest of the installable app.</summary>
    public static void MapAssets(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/assets/{name}", (string name, HttpContext context) =>
        {
            if (!All.TryGetValue(name, out var asset) || name == Worker)
            {
                return Results.NotFound();
            }
            context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
            return Results.Bytes(asset.Bytes, asset.ContentType);
        });
        // A worker at the root may answer for every page; its own text says which files are its version.
        var worker = Encoding.UTF8.GetBytes(WorkerText());
        routes.MapGet($"/{Worker}", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(worker, Types[".js"]);
        });
        routes.MapGet("/manifest.webmanifest", (HttpContext context) =>
        {
            context.Response.Headers.CacheControl = "no-cache";
            return Results.Bytes(Manifest(PageWords.For(context)), "application/manifest+json");
        });
    }

    private static string WorkerText()
    {
        var kept = All.Where(asset => asset.Key != Worker).Select(asset => asset.Value.Address).Order(StringComparer.Ordinal).ToArray();
        var version = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', kept))))[..12];
        return Encoding.UTF8.GetString(All[Worker].Bytes)
            .Replace("[\"ASSETS\"]", JsonSerializer.Serialize(kept), StringComparison.Ordinal)
            .Replace("VERSION", version, StringComparison.Ordinal);
    }

    private static byte[] Manifest(PageWords words) => JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object>
    {
        ["name"] = words["brand"], ["short_name"] = words["brand"], ["description"] = words["landingText"], ["lang"] = words.Language,
        ["id"] = "/", ["start_url"] = "/", ["scope"] = "/", ["display"] = "standalone", ["background_color"] = "#111215",
        ["theme_color"] = "#111215",
        ["icons"] = new[] { 192, 512 }.Select(side => new Dictionary<string, string>
        {
            ["src"] = Address($"icon-{side}.png"), ["sizes"] = $"{side}x{side}", ["type"] = "image/png", ["purpose"] = "any maskable",
        }),
    });

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(PageAssets).Assembly;
        var files = assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToDictionary(name => name[Prefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var bytes = new byte[stream.Length];
                stream.ReadExactly(bytes);
                return bytes;
            });
        var done = new Dictionary<string, Asset>();
        foreach (var name in files.Keys)
        {
            Read(name, files, done);
        }
        return done.ToFrozenDictionary();
    }

    /// <summary>A script's version covers what it imports: a change below changes every address above.</summary>
    private static Asset Read(string name, Dictionary<string, byte[]> files, Dictionary<string, Asset> done)
    {
        if (done.TryGetValue(name, out var known))
        {
            return known;
        }
        var bytes = files[name];
        var imports = new List<string>();
        if (name.EndsWith(".js", StringComparison.Ordinal))
        {
            bytes = Encoding.UTF8.GetBytes(Import().Replace(Encoding.UTF8.GetString(bytes), match =>
            {
                var imported = Read(match.Groups["file"].Value, files, done);
                if (match.Groups["verb"].Value == "from ")
                {
                    imports.Add(match.Groups["file"].Value);
                }
                return $"{match.Groups["verb"].Value}\".{imported.Address["/assets".Length..]}\"";
            }));
        }
        var version = Convert.ToHexStringLower(SHA256.HashData(bytes))[..12];
        return done[name] = new Asset(bytes, Types[Path.GetExtension(name)], $"/assets/{name}?v={version}", imports);
    }

    [GeneratedRegex("(?<verb>from |import\\()\"\\./(?<file>[a-z]+\\.js)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Import();

    private sealed record Asset(byte[] Bytes, string ContentType, string Address, IReadOnlyList<string> Imports);
}
