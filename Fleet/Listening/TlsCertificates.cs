using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>
/// The certificates that a listener shows now. Looks at the files again and again: a changed and sound set is swapped
/// in whole, a bad one is said and the old one stays. Thread-safe.
/// </summary>
internal sealed class TlsCertificates(IOptions<TlsOptions> options, ListenerName name, ListenerMetrics metrics,
    ILogger<TlsCertificates> log, TimeProvider time) : BackgroundService
{
    private volatile CertificateSet? _set;
    private byte[] _refused = [];

    /// <summary>Speaks TLS on a listener: 1.2 and 1.3, HTTP/1.1 and HTTP/2, and HTTP/3 where it can be.</summary>
    /// <exception cref="OptionsValidationException">The certificates cannot be used.</exception>
    public void Use(ListenOptions listen)
    {
        LoadFirst();
        var isHttp3 = options.Value.Http3 && HasQuic();
        if (options.Value.Http3 && !isHttp3)
        {
            log.NoQuic();
        }
        listen.Protocols = isHttp3 ? HttpProtocols.Http1AndHttp2AndHttp3 : HttpProtocols.Http1AndHttp2;
        SslApplicationProtocol[] spoken = [SslApplicationProtocol.Http2, SslApplicationProtocol.Http11];
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = options.Value.HandshakeTimeout,
            OnConnection = context => ValueTask.FromResult(new SslServerAuthenticationOptions
            {
                ServerCertificateContext = Choose(context.ClientHelloInfo.ServerName),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ApplicationProtocols = [.. spoken],
                AllowRenegotiation = false,
            }),
        });
    }

    /// <summary>One look at the files.</summary>
    public void Look()
    {
        if (_set is not { } current)
        {
            return;
        }
        byte[] digest;
        try
        {
            digest = CertificateSet.DigestOf(options.Value.Certificates);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            metrics.CertificateReload("refused");
            log.CertificatesRefused(fault.Message);
            return;
        }
        if (digest.AsSpan().SequenceEqual(current.Digest) || digest.AsSpan().SequenceEqual(_refused))
        {
            return;
        }
        var (set, wrong) = CertificateSet.Load(options.Value.Certificates, time.GetUtcNow(), mayHaveEnded: false);
        if (set is null)
        {
            _refused = digest;
            metrics.CertificateReload("refused");
            log.CertificatesRefused(wrong!);
            return;
        }
        Take(set);
        metrics.CertificateReload("taken");
        log.CertificatesTaken(set.EarliestEnd);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReloadInterval, time);
        while (await Ticks.NextAsync(timer, stoppingToken))
        {
            Look();
        }
    }

    private void LoadFirst()
    {
        var section = $"{name.Section}:Tls:Certificates";
        if (options.Value.Certificates.Count == 0)
        {
            throw new OptionsValidationException(section, typeof(TlsOptions),
                [$"{section}: an https address needs at least one certificate"]);
        }
        var (set, wrong) = CertificateSet.Load(options.Value.Certificates, time.GetUtcNow(), mayHaveEnded: true);
        Take(set ?? throw new OptionsValidationException(section, typeof(TlsOptions), [$"{section}: {wrong}"]));
        if (set.EarliestEnd <= time.GetUtcNow())
        {
            log.CertificateEnded(set.EarliestEnd); // clients judge it; a start that refuses would take down the rest too
        }
    }

    private void Take(CertificateSet set)
    {
        _set = set;
        metrics.CertificateEnds(set.EarliestEnd);
    }

    private SslStreamCertificateContext Choose(string? host) =>
        _set!.For(host, options.Value.RefuseUnknownNames)
        ?? throw new AuthenticationException("no certificate for the host that was named");

    private static bool HasQuic() =>
        (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS() || OperatingSystem.IsWindows())
        && System.Net.Quic.QuicListener.IsSupported;
}
