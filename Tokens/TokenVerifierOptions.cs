using System.ComponentModel.DataAnnotations;

namespace Flickr.Tokens;

/// <summary>Settings of a <see cref="TokenVerifier"/>; at the edge, section <c>Edge:Tokens</c>.</summary>
public sealed class TokenVerifierOptions
{
    /// <summary>Longest lifetime (expiry minus issue) a token may have. 1 second to 24 hours, to 7 days for
    /// <see cref="TokenProfile.Rfc9246"/>. Default 1 hour.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "7.00:00:00")]
    public TimeSpan LifetimeMax { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Verified tokens that are remembered. 0 (none) to 4 million; each costs about 500 bytes.
    /// Default 65,536.</summary>
    [Range(0, 4_194_304)]
    public int RememberedTokensMax { get; set; } = 65_536;

    /// <summary>What a JWT must say. Default <see cref="TokenProfile.Strict"/>.</summary>
    public TokenProfile Profile { get; set; } = TokenProfile.Strict;

    /// <summary>The audience a JWT must name; null means the host of the request, the rule for our own.
    /// Default null.</summary>
    [StringLength(255, MinimumLength = 1)]
    public string? Audience { get; set; }

    /// <summary>Keys (16 or 32 bytes, AES-GCM) that open encrypted client addresses of RFC 9246, by key id.
    /// Default none.</summary>
    public IReadOnlyDictionary<string, byte[]> ClientAddressKeys { get; set; } =
        new Dictionary<string, byte[]>();

    /// <summary>A copy, so that later changes of the caller's object change nothing.</summary>
    internal TokenVerifierOptions Checked()
    {
        var copy = (TokenVerifierOptions)MemberwiseClone();
        Validator.ValidateObject(copy, new ValidationContext(copy), validateAllProperties: true);
        if (copy.Profile == TokenProfile.Strict && copy.LifetimeMax > TimeSpan.FromHours(24))
            throw new ValidationException("LifetimeMax is at most 24 hours in the strict profile.");
        return copy;
    }
}
