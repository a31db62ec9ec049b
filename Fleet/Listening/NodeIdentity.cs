using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Flickr.Listening;

/// <summary>
/// Who this node is among the members: its key, its certificate, the authority that it trusts, and who was removed.
/// Compiled into each program, as <see cref="NodeListeners"/>. Thread-safe.
/// </summary>
/// <remarks>
/// Files, all of mode 0600: <c>node.key</c> (PKCS #8, never leaves the node), <c>node.crt</c>, <c>authority.crt</c>,
/// <c>removed.json</c>.
/// </remarks>
internal sealed class NodeIdentity : IDisposable
{
    private readonly ConditionalWeakTable<X509Certificate2, MemberFacts> _judged = [];
    private readonly string? _folder;
    private readonly TimeProvider _time;
    private volatile Held? _held;

    private NodeIdentity(string? folder, TimeProvider time)
    {
        (_folder, _time) = (folder, time);
        Removed = new RemovedMembers(folder is null ? null : Path.Combine(folder, "removed.json"));
    }

    /// <summary>Who was removed.</summary>
    public RemovedMembers Removed { get; }

    /// <summary>The certificate with its key; null before the node has joined.</summary>
    public X509Certificate2? Certificate => _held?.Leaf;

    /// <summary>The authority that issued it; null before the node has joined.</summary>
    public X509Certificate2? Authority => _held?.Authority;

    /// <summary>Whether the settings say that this node is to be a member. Default true.</summary>
    public bool IsExpected { get; init; } = true;

    /// <summary>How the certificate is made anew by who holds the authority; null for everybody else.</summary>
    public Action? Renew { get; set; }

    /// <summary>Whether the certificate is there and not past its end.</summary>
    public bool IsMember => _held is { } held && held.Leaf.NotAfter.ToUniversalTime() > _time.GetUtcNow().UtcDateTime;

    /// <summary>
    /// When the certificate is to be renewed: after two thirds of its life. Null before the node has joined.
    /// </summary>
    public DateTimeOffset? RenewAt => _held is { } held
        ? new DateTimeOffset(held.Leaf.NotAfter.ToUniversalTime() - (held.Leaf.NotAfter - held.Leaf.NotBefore) / 3)
        : null;

    /// <summary>Opens what lies in a folder; a folder that is not there is a node that has not joined.</summary>
    public static NodeIdentity Open(string folder, TimeProvider time, bool isExpected = true)
    {
        var identity = new NodeIdentity(folder, time) { IsExpected = isExpected };
        var (leaf, authority) = (identity.PathOf("node.crt"), identity.PathOf("authority.crt"));
        if (File.Exists(leaf) && File.Exists(authority) && File.Exists(identity.KeyPath))
        {
            identity.Hold(File.ReadAllText(leaf), X509Certificate2.CreateFromPem(File.ReadAllText(authority)));
        }
        return identity;
    }

    /// <summary>An identity that is given its certificate, as the control plane's own.</summary>
    public static NodeIdentity InMemory(TimeProvider time) => new(null, time);

    /// <summary>Takes a certificate with its key into use.</summary>
    public void Use(X509Certificate2 leaf, X509Certificate2 authority) => _held = new Held(leaf, authority);

    /// <summary>The node's own key, made at first use.</summary>
    public ECDsa OpenKey()
    {
        Directory.CreateDirectory(_folder!);
        if (!File.Exists(KeyPath))
        {
            using var made = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            PrivateFile.Write(KeyPath, System.Text.Encoding.ASCII.GetBytes(made.ExportPkcs8PrivateKeyPem()));
        }
        var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(KeyPath));
        return key;
    }

    /// <summary>Takes an issued certificate into use, once it is on disk.</summary>
    /// <exception cref="CryptographicException">It is not for this node's key, or not by that authority.</exception>
    public void Keep(string leafPem, X509Certificate2 authority)
    {
        using (var leaf = X509Certificate2.CreateFromPem(leafPem))
        using (var key = OpenKey())
        {
            if (!leaf.PublicKey.ExportSubjectPublicKeyInfo().AsSpan().SequenceEqual(key.ExportSubjectPublicKeyInfo())
                || !IsIssuedBy(leaf, authority))
            {
                throw new CryptographicException("the certificate is not this node's, or of another authority");
            }
        }
        PrivateFile.Write(PathOf("authority.crt"), System.Text.Encoding.ASCII.GetBytes(authority.ExportCertificatePem()));
        PrivateFile.Write(PathOf("node.crt"), System.Text.Encoding.ASCII.GetBytes(leafPem));
        Hold(leafPem, authority);
    }

    /// <summary>
    /// Who holds a certificate; null when it is not genuine, past its end, or its holder was removed. Asked at every
    /// request, so that a removal also ends connections that stand.
    /// </summary>
    public MemberFacts? Judge(X509Certificate2? certificate)
    {
        if (certificate is null || _held is not { } held)
        {
            return null;
        }
        if (!_judged.TryGetValue(certificate, out var facts))
        {
            facts = IsIssuedBy(certificate, held.Authority) ? MemberFacts.Of(certificate) : null;
            if (facts is null)
            {
                return null;
            }
            _judged.AddOrUpdate(certificate, facts);
        }
        return Removed.Contains(facts.Id) || certificate.NotAfter.ToUniversalTime() <= _time.GetUtcNow().UtcDateTime
            ? null
            : facts;
    }

    /// <summary>
    /// Shows this node's certificate to servers that ask, and believes members of a role. Where
    /// <paramref name="alsoPublic"/>, servers of the public authorities too: an edge may have foreign origins. Changes
    /// nothing on a node that is to be no member.
    /// </summary>
    public void Secure(SslClientAuthenticationOptions ssl, string serverRole, bool alsoPublic = false)
    {
        if (!IsExpected)
        {
            return;
        }
        ssl.EnabledSslProtocols = alsoPublic ? SslProtocols.None : SslProtocols.Tls13;
        ssl.CertificateChainPolicy = NoSystemStore();
        ssl.LocalCertificateSelectionCallback = (_, _, _, _, _) => Certificate!;
        ssl.RemoteCertificateValidationCallback = (_, certificate, chain, errors) =>
            certificate is X509Certificate2 shown && (Judge(shown)?.Role == serverRole
                || alsoPublic && !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && IsPublic(shown, chain));
    }

    /// <summary>A client that speaks to members of a role.</summary>
    public SocketsHttpHandler NewHandler(string serverRole)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = false,
            AllowAutoRedirect = false,
        };
        Secure(handler.SslOptions, serverRole);
        return handler;
    }

    /// <summary>
    /// A client for the first join: it believes whoever answers first and keeps what that one showed; once the authority is
    /// <see cref="JoinTrust.Authority">known</see>, only a control plane of that authority.
    /// </summary>
    public (SocketsHttpHandler Handler, JoinTrust Trust) NewJoinHandler()
    {
        var trust = new JoinTrust(this);
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = TimeSpan.FromSeconds(2),
            MaxConnectionsPerServer = 1,
        };
        handler.SslOptions.EnabledSslProtocols = SslProtocols.Tls13;
        handler.SslOptions.CertificateChainPolicy = NoSystemStore();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) =>
            certificate is X509Certificate2 shown && trust.Admits(shown);
        return (handler, trust);
    }

    /// <summary>How a listener for members greets. A caller without a certificate comes in only where
    /// <paramref name="alsoStrangers"/> says so, and is then judged by the request it makes.</summary>
    public SslServerAuthenticationOptions Greet(bool alsoStrangers)
    {
        if (Renew is { } renew && RenewAt <= _time.GetUtcNow())
        {
            renew();
        }
        var held = _held ?? throw new AuthenticationException("this node has not joined yet");
        return new SslServerAuthenticationOptions
        {
            ServerCertificateContext = held.Context,
            EnabledSslProtocols = SslProtocols.Tls13,
            ClientCertificateRequired = true,
            CertificateChainPolicy = NoSystemStore(),
            RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                certificate is null ? alsoStrangers : certificate is X509Certificate2 shown && Judge(shown) is not null,
        };
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _held?.Leaf.Dispose();
        _held?.Authority.Dispose();
    }

    private string KeyPath => PathOf("node.key");

    private string PathOf(string name) => Path.Combine(_folder!, name);

    private void Hold(string leafPem, X509Certificate2 authority)
    {
        using var bare = X509Certificate2.CreateFromPem(leafPem);
        using var key = OpenKey();
        _held = new Held(bare.CopyWithPrivateKey(key), authority);
    }

    /// <summary>Whether the certificate is one of a public authority; the name was compared before.</summary>
    private static bool IsPublic(X509Certificate2 certificate, X509Chain? shown)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        foreach (var between in shown?.ChainPolicy.ExtraStore ?? [])
        {
            chain.ChainPolicy.ExtraStore.Add(between);
        }
        return chain.Build(certificate);
    }

    /// <summary>
    /// Our own callback judges; without this every program would read the system's store of authorities first, for nothing.
    /// </summary>
    private static X509ChainPolicy NoSystemStore() => new()
    {
        TrustMode = X509ChainTrustMode.CustomRootTrust,
        RevocationMode = X509RevocationMode.NoCheck,
        DisableCertificateDownloads = true,
    };

    /// <summary>The signature alone: the end of the certificate is asked again at every use.</summary>
    public bool IsIssuedBy(X509Certificate2 certificate, X509Certificate2 authority)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = _time.GetUtcNow().UtcDateTime;
        return chain.Build(certificate) && chain.ChainElements.Count == 2;
    }

    private sealed class Held(X509Certificate2 leaf, X509Certificate2 authority)
    {
        public X509Certificate2 Leaf => leaf;
        public X509Certificate2 Authority => authority;

        /// <summary>Made once: building it costs a chain. Offline, as nothing is to be looked up.</summary>
        public SslStreamCertificateContext Context { get; } =
            SslStreamCertificateContext.Create(leaf, [authority], offline: true);
    }
}
