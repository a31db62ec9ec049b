namespace Flickr.Tokens;

/// <summary>How a token is written. The place where it was found decides, never its content.</summary>
public enum TokenForm
{
    /// <summary>A JSON Web Token in the profile of RFC 9246; query parameter
    /// <c>URISigningPackage</c>.</summary>
    Jwt,

    /// <summary>The compact signed URL; query parameter <c>fs</c>.</summary>
    Fs1,
}
