namespace Flickr.Tokens;

/// <summary>Limits every token is held to.</summary>
internal static class Limits
{
    /// <summary>Characters of a token.</summary>
    public const int TokenLengthMax = 4096;

    /// <summary>Year 9999: the last second <see cref="DateTimeOffset"/> can say.</summary>
    public const long UnixSecondsMax = 253_402_300_799;

    /// <summary>Seconds an issuer's clock may be ahead of this one.</summary>
    public const long IssuedAheadSecondsMax = 2;
}
