using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Flickr.Edge.Tests.Listening;

/// <summary>A self-signed certificate in PEM files.</summary>
internal static class TestCertificate
{
    /// <summary>Writes <c>NAME.pem</c> and <c>NAME.key</c> into a folder.</summary>
    public static (string Certificate, string Key) Write(string folder, string file, string[] hosts,
        DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + hosts[0], key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var host in hosts)
        {
            names.AddDnsName(host);
        }
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(
            from ?? DateTimeOffset.UtcNow.AddDays(-1), to ?? DateTimeOffset.UtcNow.AddDays(30));
        var (pem, secret) = (Path.Combine(folder, file + ".pem"), Path.Combine(folder, file + ".key"));
        File.WriteAllText(pem, certificate.ExportCertificatePem());
        File.WriteAllText(secret, key.ExportPkcs8PrivateKeyPem());
        return (pem, secret);
    }
}
