using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Flickr.ControlPlane.Tests.Members;

/// <summary>Shows somebody else's authority over TLS with a certificate of its own making, and notes what it is asked.</summary>
internal sealed class FalseAuthority : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FalseAuthority(WebApplication app) => _app = app;

    public ConcurrentQueue<string> Asked { get; } = [];
    public string Address => _app.Urls.First();

    public static async Task<FalseAuthority> StartAsync(string authorityPem)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=control-plane, OU=control-plane, SERIALNUMBER=1", key, HashAlgorithmName.SHA256);
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(1));
        var certificate = X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pfx), null);
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0,
            listen => listen.UseHttps(certificate)));
        var app = builder.Build();
        var impostor = new FalseAuthority(app);
        app.Run(context =>
        {
            impostor.Asked.Enqueue(context.Request.Path);
            return context.Response.WriteAsync(authorityPem);
        });
        await app.StartAsync();
        return impostor;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
