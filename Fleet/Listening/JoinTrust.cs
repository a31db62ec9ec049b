using System.Security.Cryptography.X509Certificates;

namespace Flickr.Listening;

/// <summary>
/// Whom a node believes while it joins. The first connection is to anyone, and no secret is sent over it before what the
/// other end showed has been compared with the authority that the token names.
/// </summary>
internal sealed class JoinTrust(NodeIdentity identity)
{
    private volatile X509Certificate2? _authority;
    private volatile X509Certificate2? _shown;

    /// <summary>The authority, once it is known by its fingerprint; null before.</summary>
    public X509Certificate2? Authority => _authority;

    /// <summary>Believes nobody but control planes of this authority from now on.</summary>
    /// <exception cref="JoinRefusedException">Who answers on the open connection is none.</exception>
    public void Pin(X509Certificate2 authority)
    {
        _authority = authority;
        if (_shown is not { } shown || !IsControlPlane(shown, authority))
        {
            throw new JoinRefusedException("who answers there holds no certificate of the authority that the token names");
        }
    }

    /// <summary>Whether a connection to the holder of a certificate may be opened.</summary>
    public bool Admits(X509Certificate2 certificate)
    {
        if (_authority is { } authority)
        {
            return IsControlPlane(certificate, authority);
        }
        // A copy: the connection disposes its own. A second open connection before the pin would confuse the first.
        return Interlocked.CompareExchange(ref _shown, X509CertificateLoader.LoadCertificate(certificate.RawData), null) is null;
    }

    private bool IsControlPlane(X509Certificate2 certificate, X509Certificate2 authority) =>
        identity.IsIssuedBy(certificate, authority) && MemberFacts.Of(certificate)?.Role == "control-plane";
}
