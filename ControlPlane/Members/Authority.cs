using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Flickr.ControlPlane.Keys;
using Flickr.Fleet.Streaming;
using Flickr.Listening;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Members;

/// <summary>
/// The installation's own authority: an ECDSA P-256 key, made once, sealed like every key and shared by all control planes
/// on one database. It issues members' certificates and signs what the control plane says to them. Thread-safe after
/// <see cref="OpenAsync"/>.
/// </summary>
internal sealed class Authority(Database database, KeyVault vault, IOptions<MemberOptions> options, TimeProvider time)
    : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromMinutes(5);
    private static readonly OidCollection Uses = [new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")];
    private readonly Lock _signing = new();
    private ECDsa? _key;
    private X509Certificate2? _certificate;

    /// <summary>The authority's certificate.</summary>
    public X509Certificate2 Certificate => _certificate ?? throw new InvalidOperationException("not opened yet");

    /// <summary>SHA-256 of its public key, as join tokens carry it.</summary>
    public string Fingerprint => JoinToken.FingerprintOf(Certificate);

    /// <summary>Reads the authority, or makes it: of several control planes that start at once, one does.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        var row = await database.WriteAsync(async session =>
        {
            const string select = "SELECT certificate, sealed FROM authority WHERE id = 1";
            if (await session.QueryFirstOrDefaultAsync<Row>(select) is { } there)
            {
                return there;
            }
            var made = Make();
            await session.ExecuteAsync(
                """
                INSERT INTO authority (id, certificate, sealed, made_ms) VALUES (1, @Certificate, @Sealed, @now)
                ON CONFLICT (id) DO NOTHING
                """, new { made.Certificate, made.Sealed, now = time.GetUtcNow().ToUnixTimeMilliseconds() });
            return (await session.QueryFirstOrDefaultAsync<Row>(select))!;
        }, cancellationToken);
        var pkcs8 = vault.Unseal(EnvelopeOf(row.Sealed));
        _key = ECDsa.Create();
        _key.ImportPkcs8PrivateKey(pkcs8, out _);
        CryptographicOperations.ZeroMemory(pkcs8);
        _certificate = X509Certificate2.CreateFromPem(row.Certificate);
    }

    /// <summary>A certificate for a member's own key, for client and server alike.</summary>
    public X509Certificate2 Issue(MemberFacts facts, PublicKey key, DateTimeOffset? notAfter = null)
    {
        var request = new CertificateRequest(facts.ToSubject(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Uses, critical: false));
        var now = time.GetUtcNow();
        lock (_signing)
        {
            return request.Create(Certificate.SubjectName, X509SignatureGenerator.CreateForECDsa(_key!), now - ClockSkew,
                notAfter ?? now + options.Value.CertificateLife, RandomNumberGenerator.GetBytes(16));
        }
    }

    /// <summary>Signs a text that begins with its purpose; base64url of an IEEE P1363 signature.</summary>
    public string Sign(string text)
    {
        lock (_signing)
        {
            return Base64Url.EncodeToString(_key!.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256));
        }
    }

    /// <summary>A heartbeat that members believe: they hold no key with which they could make one.</summary>
    public HeartbeatEvent SignHeartbeat(long term, long head, long timeMs) =>
        new(term, head, timeMs, Sign(HeartbeatEvent.TextForMembers(term, head, timeMs)));

    /// <inheritdoc />
    public void Dispose()
    {
        _key?.Dispose();
        _certificate?.Dispose();
    }

    private Row Make()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var name = new X500DistinguishedNameBuilder();
        name.AddCommonName("Flickr members");
        var request = new CertificateRequest(name.Build(), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        var now = time.GetUtcNow();
        using var certificate = request.CreateSelfSigned(now - ClockSkew, now + Life);
        var pkcs8 = key.ExportPkcs8PrivateKey();
        var sealedKey = vault.Seal(pkcs8, "authority", "flickr", "CA");
        CryptographicOperations.ZeroMemory(pkcs8);
        return new Row { Certificate = certificate.ExportCertificatePem(), Sealed = sealedKey };
    }

    private static SigningKey EnvelopeOf(string sealedKey) =>
        new() { Kid = "authority", Issuer = "flickr", Algorithm = "CA", Sealed = sealedKey };

    private sealed record Row
    {
        public string Certificate { get; init; } = "";
        public string Sealed { get; init; } = "";
    }
}
