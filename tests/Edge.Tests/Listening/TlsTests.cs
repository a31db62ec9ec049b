using System.Net;
using System.Security.Authentication;
using Flickr.Edge.Tests.Harness;
using Flickr.Listening;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Tests.Listening;

/// <summary>TLS on the public listener: which certificate, which protocol, and changes without a restart.</summary>
[Trait("Requirement", "R119")]
public sealed class TlsTests
{
    private static readonly RequestDelegate Says = context => context.Response.WriteAsync(context.Request.Protocol);

    [Fact]
    public async Task Each_host_gets_its_own_certificate_and_a_wildcard_covers_one_label()
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync(folder, ["photos.test"], ["*.cdn.test", "cdn.test"]);

        Assert.Equal("CN=photos.test", (await server.ShownToAsync("photos.test")).Subject);
        Assert.Equal("CN=*.cdn.test", (await server.ShownToAsync("a.cdn.test")).Subject);
        Assert.Equal("CN=*.cdn.test", (await server.ShownToAsync("CDN.test")).Subject);
        Assert.Equal("CN=photos.test", (await server.ShownToAsync("a.b.cdn.test")).Subject);
        Assert.Equal("CN=photos.test", (await server.ShownToAsync("other.test")).Subject);
    }

    [Fact]
    public async Task A_strict_listener_refuses_a_host_that_no_certificate_names()
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync(folder, [("X:Tls:RefuseUnknownNames", "true")], ["photos.test"]);

        Assert.Equal("CN=photos.test", (await server.ShownToAsync("photos.test")).Subject);
        await Assert.ThrowsAnyAsync<Exception>(() => server.ShownToAsync("other.test"));
    }

    [Theory]
    [InlineData("1.1", "HTTP/1.1")]
    [InlineData("2.0", "HTTP/2")]
    public async Task Both_protocols_are_spoken_and_browsers_are_told_to_stay_with_tls(string version, string protocol)
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync(folder, ["localhost"]);

        using var answer = await server.GetAsync("/", Version.Parse(version));

        Assert.Equal(protocol, await answer.Content.ReadAsStringAsync());
        Assert.Equal("max-age=15552000", answer.Headers.GetValues("Strict-Transport-Security").Single());
    }

    [Fact]
    public async Task Without_tls_nothing_is_said_of_tls()
    {
        await using var server = await ListenedServer.StartAsync(Says);

        using var answer = await server.GetAsync();

        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Theory]
#pragma warning disable SYSLIB0039, CA5397 // the old versions are what is asked for
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore SYSLIB0039, CA5397
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
    public async Task Only_version_12_and_later_is_spoken(SslProtocols version, bool isSpoken)
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync(folder, ["photos.test"]);

        var fault = await Record.ExceptionAsync(() => server.ShownToAsync("photos.test", version));

        Assert.Equal(isSpoken, fault is null);
    }

    [Fact]
    public async Task A_renewed_certificate_is_taken_without_a_restart()
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync(folder, ["photos.test"]);
        var before = await server.ShownToAsync("photos.test");

        TestCertificate.Write(folder.Path, "0", ["photos.test"], to: DateTimeOffset.UtcNow.AddDays(90));
        server.Services.GetRequiredService<TlsCertificates>().Look();

        var after = await server.ShownToAsync("photos.test");
        Assert.NotEqual(before.Thumbprint, after.Thumbprint);
        Assert.Equal(1, await server.MetricAsync("flickr_x_certificate_reloads_total{result=\"taken\"}"));
        Assert.Equal(new DateTimeOffset(after.NotAfter).ToUnixTimeSeconds(),
            await server.MetricAsync("flickr_x_certificate_end_timestamp_seconds"));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("another key")]
    [InlineData("ended")]
    [InlineData("not yet")]
    [InlineData("gone")]
    public async Task A_bad_change_keeps_the_old_certificate_and_is_counted(string change)
    {
        using var folder = new TempFolder();
        await using var server = await StartAsync(folder, ["photos.test"]);
        var before = await server.ShownToAsync("photos.test");
        var (certificate, key) = (Path.Combine(folder.Path, "0.pem"), Path.Combine(folder.Path, "0.key"));
        switch (change)
        {
            case "garbage":
                File.WriteAllText(certificate, "-----BEGIN CERTIFICATE-----\nnonsense\n-----END CERTIFICATE-----\n");
                break;
            case "another key":
                File.Copy(TestCertificate.Write(folder.Path, "other", ["photos.test"]).Key, key, overwrite: true);
                break;
            case "ended":
                TestCertificate.Write(folder.Path, "0", ["photos.test"], to: DateTimeOffset.UtcNow.AddHours(-1));
                break;
            case "not yet":
                TestCertificate.Write(folder.Path, "0", ["photos.test"], from: DateTimeOffset.UtcNow.AddHours(1));
                break;
            default:
                File.Delete(certificate);
                break;
        }

        server.Services.GetRequiredService<TlsCertificates>().Look();

        Assert.Equal(before.Thumbprint, (await server.ShownToAsync("photos.test")).Thumbprint);
        Assert.Equal(1, await server.MetricAsync("flickr_x_certificate_reloads_total{result=\"refused\"}"));
    }

    [Fact]
    public async Task A_start_without_a_usable_certificate_names_the_setting()
    {
        var none = await Assert.ThrowsAsync<OptionsValidationException>(() =>
            ListenedServer.StartAsync(Says, ("X:Listen", "https://127.0.0.1:0")));
        var missing = await Assert.ThrowsAsync<OptionsValidationException>(() => ListenedServer.StartAsync(Says,
            ("X:Listen", "https://127.0.0.1:0"), ("X:Tls:Certificates:0:Certificate", "/nowhere/at.pem")));

        Assert.Contains("X:Tls:Certificates", none.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/at.pem", missing.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_gate_judges_raw_bytes_under_tls_too()
    {
        using var folder = new TempFolder();
        var (certificate, key) = TestCertificate.Write(folder.Path, "edge", ["localhost"]);
        await using var edge = await EdgeServer.StartAsync("http://127.0.0.1:1", ("Edge:Listen", "https://127.0.0.1:0"),
            ("Edge:Tls:Certificates:0:Certificate", certificate), ("Edge:Tls:Certificates:0:Key", key));
        using var client = ListenedServer.NewClient();
        using var socket = new System.Net.Sockets.Socket(System.Net.Sockets.SocketType.Stream,
            System.Net.Sockets.ProtocolType.Tcp);
        await socket.ConnectAsync(IPAddress.Loopback, new Uri(edge.Address).Port);
        await using var stream = new System.Net.Security.SslStream(
            new System.Net.Sockets.NetworkStream(socket), false, (_, certificate, _, _) => certificate is not null);
        await stream.AuthenticateAsClientAsync("localhost");

        await stream.WriteAsync("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked\r\n\r\n"u8
            .ToArray());

        var answer = await new StreamReader(stream).ReadToEndAsync();
        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.StartsWith("https://", edge.Address, StringComparison.Ordinal);
    }

    private static Task<ListenedServer> StartAsync(TempFolder folder, params string[][] certificates) =>
        StartAsync(folder, [], certificates);

    private static Task<ListenedServer> StartAsync(TempFolder folder, (string, string?)[] more,
        params string[][] certificates)
    {
        List<(string, string?)> settings = [("X:Listen", "https://127.0.0.1:0"), .. more];
        for (var index = 0; index < certificates.Length; index++)
        {
            var (certificate, key) = TestCertificate.Write(folder.Path, $"{index}", certificates[index]);
            settings.Add(($"X:Tls:Certificates:{index}:Certificate", certificate));
            settings.Add(($"X:Tls:Certificates:{index}:Key", key));
        }
        return ListenedServer.StartAsync(Says, [.. settings]);
    }
}
