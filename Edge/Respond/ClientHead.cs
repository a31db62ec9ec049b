using System.Buffers;
using System.Globalization;
using Flickr.Edge.Headers;
using Flickr.Edge.Sites;
using Flickr.Edge.Status;
using Flickr.Tokens;

namespace Flickr.Edge.Respond;

/// <summary>
/// Writes the head of an answer for the client: fields of the object, and what the edge says itself.
/// </summary>
internal static class ClientHead
{
    private static readonly SearchValues<char> Controls = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(code => code != 9).Select(code => (char)code), '\x7f']);

    /// <summary>Writes the fields of an object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="headers">Fields to send.</param>
    /// <param name="isPrivate">Whether the object needs a token.</param>
    /// <param name="age">Computed age of a stored answer; null leaves the origin's <c>Age</c> as it
    /// is.</param>
    /// <param name="now">The time.</param>
    public static void Write(EdgeRequest request, HeaderBlock headers, bool isPrivate, TimeSpan? age,
        DateTimeOffset now) =>
        Write(request.Context.Response.Headers, request.Site, request.Grant, headers, isPrivate, age, now);

    /// <summary>Writes the fields of an object of a site, for a grant (null: none), into
    /// <paramref name="fields"/>.</summary>
    public static void Write(IHeaderDictionary fields, Site site, AccessGrant? grant, HeaderBlock headers,
        bool isPrivate, TimeSpan? age, DateTimeOffset now)
    {
        foreach (var line in headers.Lines)
        {
            if (!IsOurs(line, site.IsPhotos) && !(age is not null && line.Is("Age")))
            {
                Append(fields, line);
            }
        }
        if (age is { } spent)
        {
            fields.Age = ((long)spent.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        }
        if (site.IsPhotos)
        {
            WritePhotoFields(fields, site, grant, headers, isPrivate, now);
        }
    }

    /// <summary>A whole answer that says nothing of ranges gets to say that they are taken.</summary>
    public static void WriteAcceptRanges(IHeaderDictionary fields, StoredHead head)
    {
        if (head.Status == 200 && !head.Headers.Contains("Accept-Ranges"))
        {
            fields.AcceptRanges = "bytes";
        }
    }

    /// <summary>Seconds for which a browser may keep what needs a token.</summary>
    public static long PrivateSeconds(AccessGrant? grant, DateTimeOffset now) =>
        grant is null ? 0 : Math.Clamp((long)(grant.Expires - now).TotalSeconds, 0, 60);

    /// <summary>
    /// Writes Cache-Status and notes it for the log. An upstream cache's own member stays before ours.
    /// </summary>
    public static void WriteStatus(EdgeRequest request, in CacheStatus status)
    {
        request.Status = status;
        request.Context.Response.Headers.Append("Cache-Status", status.ToString());
    }

    /// <summary>
    /// Fields that are between origin and edge only, and framing, which the edge does itself.
    /// </summary>
    private static bool IsOurs(in HeaderLine line, bool isPhotos) =>
        line.Is("Content-Length") || line.Is("Transfer-Encoding") || line.Is("Surrogate-Key")
        || (isPhotos && (line.Name.StartsWith("Flickr-", StringComparison.OrdinalIgnoreCase)
            || line.Is("Cache-Control")));

    private static void Append(IHeaderDictionary headers, in HeaderLine line)
    {
        var value = line.Value;
        if (value.AsSpan().ContainsAny(Controls))
        {
            value = string.Concat(value.Select(letter => Controls.Contains(letter) ? ' ' : letter));
        }
        headers.Append(line.Name, value);
    }

    private static void WritePhotoFields(IHeaderDictionary fields, Site site, AccessGrant? grant,
        HeaderBlock headers, bool isPrivate, DateTimeOffset now)
    {
        fields.CacheControl = isPrivate ? PrivateControl(grant, now) : PublicControl(site, headers);
        // Photos are data, whatever their bytes claim to be: nothing runs, nothing is sniffed, no address
        // leaks on.
        fields.XContentTypeOptions = "nosniff";
        fields.ContentSecurityPolicy = "default-src 'none'; sandbox";
        fields["Cross-Origin-Resource-Policy"] = "cross-origin";
        fields["Referrer-Policy"] = "no-referrer";
        fields.AccessControlAllowOrigin = "*";
        fields.AccessControlExposeHeaders = "Age, Cache-Status, ETag";
    }

    private static string PrivateControl(AccessGrant? grant, DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture,
            $"private, max-age={PrivateSeconds(grant, now)}, no-transform");

    private static string PublicControl(Site site, HeaderBlock headers)
    {
        var stated = headers.Joined("Cache-Control");
        if (stated is not null
            && (FieldSyntax.ListContains(stated, "no-store") || FieldSyntax.ListContains(stated, "no-cache")))
        {
            return "no-cache, no-transform";
        }
        // Bounded, because a photo that is public now can be private in a minute, and browsers hear no
        // invalidations.
        return string.Create(CultureInfo.InvariantCulture,
            $"public, max-age={(long)site.BrowserLifetimeMax.TotalSeconds}, no-transform");
    }
}
