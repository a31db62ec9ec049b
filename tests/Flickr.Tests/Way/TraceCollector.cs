using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.Tests.Way;

/// <summary>Takes OTLP over HTTP and keeps the bytes.</summary>
internal sealed class TraceCollector(WebApplication app) : IAsyncDisposable
{
    private readonly ConcurrentQueue<byte[]> _bodies = new();

    public string Endpoint => app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!
        .Addresses.First() + "/v1/traces";

    /// <summary>All that came, as Latin-1: names and addresses can be searched in it.</summary>
    public string Text => string.Concat(_bodies.Select(Encoding.Latin1.GetString));

    public static async Task<TraceCollector> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var collector = new TraceCollector(app);
        app.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            collector._bodies.Enqueue(body.ToArray());
        });
        await app.StartAsync();
        return collector;
    }

    /// <summary>The services that sent a span of this trace: the export of each is a message of its own.</summary>
    public IReadOnlyList<string> ServicesOf(string traceId)
    {
        var id = Encoding.Latin1.GetString(Convert.FromHexString(traceId));
        string[] services = ["flickr-photos", "flickr-origin", "flickr-edge", "flickr-controlplane"];
        return [.. services.Where(service => _bodies.Select(Encoding.Latin1.GetString).Any(body =>
            body.Contains(service, StringComparison.Ordinal) && body.Contains(id, StringComparison.Ordinal)))];
    }

    /// <summary>Whether a span of this name is in a message that has the trace.</summary>
    public bool Has(string traceId, string span)
    {
        var id = Encoding.Latin1.GetString(Convert.FromHexString(traceId));
        return _bodies.Select(Encoding.Latin1.GetString).Any(body =>
            body.Contains(id, StringComparison.Ordinal) && body.Contains(span, StringComparison.Ordinal));
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
