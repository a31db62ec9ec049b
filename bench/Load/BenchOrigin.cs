using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.Load;

/// <summary>
/// The origin of the benches: <c>/{bytes}/{name}</c> answers that many bytes, cacheable, with an entity tag, after
/// <see cref="Delay"/>; below an album <c>pass</c> it must not be stored. Counts what it was asked.
/// </summary>
internal sealed class BenchOrigin : IAsyncDisposable
{
    /// <summary>Owner of every photo; they are private, so that a token site needs its token.</summary>
    public const string Owner = "bench";

    /// <summary>The owner's epoch.</summary>
    public const long OwnerEpoch = 1;

    private readonly WebApplication _app;
    private readonly byte[] _noise = RandomNumberGenerator.GetBytes(1 << 20);
    private long _requests;

    private BenchOrigin()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.MapGet("/{bytes:int}/{**name}", AnswerAsync);
    }

    public int Port { get; private set; }

    public TimeSpan Delay { get; set; }

    public long Requests => Interlocked.Read(ref _requests);

    public static async Task<BenchOrigin> StartAsync()
    {
        var origin = new BenchOrigin();
        await origin._app.StartAsync();
        var address = origin._app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        origin.Port = new Uri(address).Port;
        return origin;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context, int bytes)
    {
        Interlocked.Increment(ref _requests);
        await Task.Delay(Delay);
        var response = context.Response;
        response.ContentLength = bytes;
        response.ContentType = "image/jpeg";
        response.Headers.CacheControl = context.Request.Path.Value!.Contains("/pass/", StringComparison.Ordinal)
            ? "no-store" : "public, max-age=3600";
        response.Headers.ETag = $"\"{bytes}\"";
        response.Headers["Flickr-Visibility"] = "private";
        response.Headers["Flickr-Owner"] = Owner;
        response.Headers["Flickr-Owner-Epoch"] = $"{OwnerEpoch}";
        for (var left = bytes; left > 0; left -= _noise.Length)
        {
            await response.Body.WriteAsync(_noise.AsMemory(0, Math.Min(left, _noise.Length)));
        }
    }
}
