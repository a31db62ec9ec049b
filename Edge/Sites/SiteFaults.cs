using System.Collections.Immutable;

namespace Flickr.Edge.Sites;

/// <summary>What is wrong with a site's settings, as lines for people.</summary>
internal static class SiteFaults
{
    public static ImmutableArray<Uri> Upstreams(SiteOptions options, string path, List<string> faults)
    {
        if (options.Upstreams.Length is 0 or > 64)
        {
            faults.Add($"{path}:Upstreams: 1 to 64 addresses are needed, there are {options.Upstreams.Length}");
        }
        var upstreams = ImmutableArray.CreateBuilder<Uri>(options.Upstreams.Length);
        for (var i = 0; i < options.Upstreams.Length; i++)
        {
            if (Uri.TryCreate(options.Upstreams[i], UriKind.Absolute, out var uri)
                && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps)
                && uri.PathAndQuery == "/" && uri.UserInfo.Length == 0)
            {
                upstreams.Add(uri);
                continue;
            }
            faults.Add($"{path}:Upstreams:{i}: '{options.Upstreams[i]}' is not an address such as http://10.0.0.1:8090");
        }
        return upstreams.ToImmutable();
    }

    public static void Collect(SiteOptions options, string path, List<string> faults)
    {
        if (options.Host != "*" && (options.Host.Length is 0 or > 253
            || options.Host.AsSpan().ContainsAnyExcept(HostCharacters)))
        {
            faults.Add($"{path}:Host: '{options.Host}' is neither * nor a lower-case host name without port");
        }
        if (options.HealthPath.Length > 0 && options.HealthPath[0] != '/')
        {
            faults.Add($"{path}:HealthPath: '{options.HealthPath}' does not begin with /");
        }
        if (options.KeyQuery is { Length: > 32 })
        {
            faults.Add($"{path}:KeyQuery: at most 32 names");
        }
        Within(options.StaleIfError, TimeSpan.FromDays(30), $"{path}:StaleIfError", faults);
        Within(options.StaleWhileRevalidate, TimeSpan.FromDays(30), $"{path}:StaleWhileRevalidate", faults);
        Within(options.StaleWhenUnreachable, TimeSpan.FromDays(30), $"{path}:StaleWhenUnreachable", faults);
        Within(options.ErrorLifetime, TimeSpan.FromSeconds(60), $"{path}:ErrorLifetime", faults);
        Within(options.NegativeLifetime, TimeSpan.FromHours(1), $"{path}:NegativeLifetime", faults);
        Within(options.BrowserLifetimeMax, TimeSpan.FromDays(365), $"{path}:BrowserLifetimeMax", faults);
        Class(options.Classes.Thumb, $"{path}:Classes:Thumb", faults);
        Class(options.Classes.Rendition, $"{path}:Classes:Rendition", faults);
        Class(options.Classes.Original, $"{path}:Classes:Original", faults);
        Class(options.Classes.Metadata, $"{path}:Classes:Metadata", faults);
        Class(options.Classes.Plain, $"{path}:Classes:Plain", faults);
    }

    private static readonly System.Buffers.SearchValues<char> HostCharacters =
        System.Buffers.SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-_[]:");

    private static void Class(ClassOptions options, string path, List<string> faults)
    {
        Within(options.Lifetime, TimeSpan.FromDays(365), $"{path}:Lifetime", faults);
        if (options.ObjectBytesMax is < 0 or > 1L << 40)
        {
            faults.Add($"{path}:ObjectBytesMax: {options.ObjectBytesMax} is not within 0 to {1L << 40}");
        }
    }

    private static void Within(TimeSpan? value, TimeSpan longest, string path, List<string> faults)
    {
        if (value is { } time && (time < TimeSpan.Zero || time > longest))
        {
            faults.Add($"{path}: {time} is not within 00:00:00 to {longest}");
        }
    }
}
