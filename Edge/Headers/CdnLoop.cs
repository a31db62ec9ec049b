using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Headers;

/// <summary>CDN-Loop (RFC 8586): a request that has been here before must not go round again. Pure.</summary>
internal static class CdnLoop
{
    /// <summary>
    /// How often <paramref name="cdnId"/> is in the field; -1 when the field cannot be read (to be refused).
    /// </summary>
    public static int CountOf(StringValues field, string cdnId)
    {
        var count = 0;
        foreach (var line in field)
        {
            var rest = line.AsSpan();
            while (FieldSyntax.TakeMember(ref rest, out var member))
            {
                var semicolon = member.IndexOf(';');
                var id = (semicolon < 0 ? member : member[..semicolon]).TrimEnd(" \t");
                if (!IsCdnId(id))
                {
                    return -1;
                }
                count += id.Equals(cdnId, StringComparison.OrdinalIgnoreCase) ? 1 : 0;
            }
        }
        return count;
    }

    /// <summary>The field to send on, with our id at the end.</summary>
    public static string Append(StringValues field, string cdnId) =>
        StringValues.IsNullOrEmpty(field) ? cdnId : string.Join(", ", field.ToArray()) + ", " + cdnId;

    /// <summary>A host with an optional port, or a pseudonym that is a token.</summary>
    private static bool IsCdnId(ReadOnlySpan<char> id)
    {
        if (id.Length == 0)
        {
            return false;
        }
        foreach (var character in id)
        {
            if (!FieldSyntax.TokenCharacters.Contains(character) && character is not (':' or '[' or ']'))
            {
                return false;
            }
        }
        return true;
    }
}
