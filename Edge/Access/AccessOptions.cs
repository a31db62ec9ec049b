namespace Flickr.Edge.Access;

/// <summary>Keys of an edge without a control plane; section <c>Edge</c>, list <c>Keys</c>.</summary>
internal sealed class AccessOptions
{
    /// <summary>
    /// The keys that verify tokens. At most 64. Unused when there is a control plane. Default none.
    /// </summary>
    public KeyOptions[] Keys { get; set; } = [];
}

/// <summary>One verify key as it is configured; section <c>Edge:Keys:N</c>.</summary>
internal sealed class KeyOptions
{
    /// <summary>Key id.</summary>
    public string Kid { get; set; } = "";

    /// <summary>The issuer whose tokens it signs.</summary>
    public string Issuer { get; set; } = "";

    /// <summary>
    /// <c>HS256</c> (with <see cref="Secret"/>; also FS1) or <c>ES256</c> (with <see cref="X"/> and <see
    /// cref="Y"/>).
    /// </summary>
    public string Algorithm { get; set; } = "HS256";

    /// <summary>HS256: the secret, base64url, 32 bytes or more.</summary>
    public string? Secret { get; set; }

    /// <summary>ES256: first coordinate of the public point, base64url.</summary>
    public string? X { get; set; }

    /// <summary>ES256: second coordinate, base64url.</summary>
    public string? Y { get; set; }
}
