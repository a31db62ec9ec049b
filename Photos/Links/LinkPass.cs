using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Flickr.Photos.Links;

/// <summary>What who has opened a link shows afterwards, instead of its password: a sealed text that ends by itself.</summary>
public sealed class LinkPass(IDataProtectionProvider protection, TimeProvider time)
{
    /// <summary>Request header that carries it.</summary>
    public const string Header = "Flickr-Pass";

    private static readonly TimeSpan LifetimeMax = TimeSpan.FromHours(1);
    private readonly ITimeLimitedDataProtector _protector = protection.CreateProtector("Flickr.Photos.Links.Pass").ToTimeLimitedDataProtector();

    /// <summary>A pass for a link, and when it ends.</summary>
    public (string Pass, DateTimeOffset Ends) Issue(LinkRow link)
    {
        var ends = time.GetUtcNow() + LifetimeMax;
        ends = link.Ends < ends ? link.Ends.Value : ends;
        return (_protector.Protect(link.Id, ends), ends);
    }

    /// <summary>Whether this pass opens this link now.</summary>
    public bool Opens(string? pass, LinkRow link)
    {
        if (pass is not { Length: > 0 and <= 1000 })
        {
            return false;
        }
        try
        {
            return _protector.Unprotect(pass) == link.Id;
        }
        catch (CryptographicException)
        {
            return false; // forged, foreign or over
        }
    }
}
