using Flickr.Fleet.Invalidations;
using Flickr.Fleet.Streaming;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flickr.ControlPlane.Tests;

/// <summary>The stream of an edge with a journal of its own.</summary>
internal sealed class FollowingEdge : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _ownsFolder;
    private int _disposed;

    private FollowingEdge(ControlPlaneStream stream, HorizonJournal journal, string folder,
        bool ownsFolder) =>
        (Stream, Journal, _folder, _ownsFolder) = (stream, journal, folder, ownsFolder);

    public ControlPlaneStream Stream { get; }
    public HorizonJournal Journal { get; }
    public InvalidationHorizon Horizon => Journal.Horizon;

    public static FollowingEdge Start(string id, string[] addresses, string key, string? folder = null,
        HttpMessageHandler? handler = null, Func<HeartbeatEvent, bool>? isGenuine = null)
    {
        var ownsFolder = folder is null;
        folder ??= Directory.CreateTempSubdirectory("flickr-edge").FullName;
        var journal = HorizonJournal.Open(Path.Combine(folder, "horizon"), new HorizonOptions());
        var stream = new ControlPlaneStream(
            new ControlPlaneStreamOptions
            {
                Addresses = addresses,
                Key = key,
                IsGenuine = isGenuine,
                EdgeId = id,
                PublicAddress = $"http://{id}.example",
                ReconnectMin = TimeSpan.FromMilliseconds(20),
                ReconnectMax = TimeSpan.FromMilliseconds(200),
            },
            journal, TimeProvider.System, NullLogger<ControlPlaneStream>.Instance, handler);
        _ = stream.StartAsync(CancellationToken.None);
        return new FollowingEdge(stream, journal, folder, ownsFolder);
    }

    public async Task UntilAsync(Func<StreamStatus, bool> condition)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await Stream.WaitAsync(condition, limit.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"not within 20 s; the edge stands at {Stream.Status}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }
        await Stream.StopAsync(CancellationToken.None);
        Stream.Dispose();
        Journal.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
