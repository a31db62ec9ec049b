using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Flickr.Listening;

namespace Flickr.ControlPlane.Members;

/// <summary>
/// The control plane's own certificate, for a key that lives as long as the process: it holds the authority and needs no
/// token. Made anew after two thirds of its life, when the next connection comes.
/// </summary>
internal sealed class OwnCertificate(Authority authority, NodeIdentity identity)
{
    /// <summary>Makes one and takes it into use.</summary>
    public void Renew()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var issued = authority.Issue(
            new MemberFacts(RandomNumberGenerator.GetHexString(16, lowercase: true), "control-plane", "control-plane"),
            new PublicKey(key));
        identity.Use(issued.CopyWithPrivateKey(key), authority.Certificate);
        identity.Renew = Renew;
    }
}
