using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Headers;

/// <summary>CDN-Loop (RFC 8586): a request that has been here before must not go round again. Pure.</summary>
internal static class CdnLoop
{
    /// <summary>How often <paramref name="cdnId"/> is in the field; -1 when the field cannot be read (to be refused).</summary>
    public static int CountOf(StringValues field, string cdnId) => throw new NotImplementedException();

    /// <summary>The field to send on, with our id at the end.</summary>
    public static string Append(StringValues field, string cdnId) =>
        StringValues.IsNullOrEmpty(field) ? cdnId : string.Join(", ", field.ToArray()) + ", " + cdnId;
}
