using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Flickr.Listening;

/// <summary>
/// The certificates of one moment, by the names they are for. Immutable; a change of the files makes a new set.
/// </summary>
internal sealed class CertificateSet
{
    private readonly Dictionary<string, SslStreamCertificateContext> _byName = new(StringComparer.OrdinalIgnoreCase);
    private readonly SslStreamCertificateContext _first;

    private CertificateSet(IReadOnlyList<SslStreamCertificateContext> certificates, byte[] digest)
    {
        _first = certificates[0];
        Digest = digest;
        EarliestEnd = certificates.Min(certificate => new DateTimeOffset(certificate.TargetCertificate.NotAfter));
        foreach (var certificate in certificates)
        {
            foreach (var name in NamesOf(certificate.TargetCertificate))
            {
                _byName.TryAdd(name, certificate);
            }
        }
    }

    /// <summary>Digest of all the files' bytes.</summary>
    public byte[] Digest { get; }

    /// <summary>When the first of them ends.</summary>
    public DateTimeOffset EarliestEnd { get; }

    /// <summary>
    /// The certificate for a host: its own name, else a wildcard one label up, else the first, else (strict) none.
    /// </summary>
    public SslStreamCertificateContext? For(string? host, bool isStrict)
    {
        if (string.IsNullOrEmpty(host))
        {
            return _first;
        }
        if (_byName.TryGetValue(host, out var own))
        {
            return own;
        }
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        return dot > 0 && _byName.TryGetValue("*" + host[dot..], out var wild) ? wild : isStrict ? null : _first;
    }

    /// <summary>The bytes' digest without judging them, to see a change.</summary>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static byte[] DigestOf(IReadOnlyList<CertificateFiles> files)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in files)
        {
            hash.AppendData(File.ReadAllBytes(file.Certificate));
            hash.AppendData(file.Key.Length > 0 ? File.ReadAllBytes(file.Key) : []);
        }
        return hash.GetHashAndReset();
    }

    /// <summary>Reads and judges the files: they parse, keys fit, nothing has ended or is yet to begin.</summary>
    /// <returns>The set, or what is wrong with it in one line.</returns>
    public static (CertificateSet? Set, string? Fault) Load(IReadOnlyList<CertificateFiles> files, DateTimeOffset now,
        bool mayHaveEnded)
    {
        var certificates = new List<SslStreamCertificateContext>();
        byte[] digest;
        try
        {
            digest = DigestOf(files);
            foreach (var file in files)
            {
                var context = Read(file);
                if (Judge(context.TargetCertificate, now, mayHaveEnded) is { } fault)
                {
                    return (null, $"{file.Certificate}: {fault}");
                }
                certificates.Add(context);
            }
            // Read again: files that changed in between are taken at the next look.
            return digest.AsSpan().SequenceEqual(DigestOf(files))
                ? (new CertificateSet(certificates, digest), null)
                : (null, "the files changed while they were read");
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException)
        {
            return (null, fault.Message);
        }
    }

    private static SslStreamCertificateContext Read(CertificateFiles file)
    {
        var text = File.ReadAllText(file.Certificate);
        var certificate = X509Certificate2.CreateFromPem(text, file.Key.Length > 0 ? File.ReadAllText(file.Key) : text);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPem(text);
        // Offline: a start or a reload never waits for another's server.
        return SslStreamCertificateContext.Create(certificate, chain, offline: true);
    }

    private static string? Judge(X509Certificate2 certificate, DateTimeOffset now, bool mayHaveEnded) =>
        now < certificate.NotBefore ? $"is valid only from {certificate.NotBefore:u}"
        : !mayHaveEnded && now >= certificate.NotAfter ? $"has ended at {certificate.NotAfter:u}" : null;

    private static IEnumerable<string> NamesOf(X509Certificate2 certificate) => certificate.Extensions
        .OfType<X509SubjectAlternativeNameExtension>().SelectMany(names => names.EnumerateDnsNames());
}
