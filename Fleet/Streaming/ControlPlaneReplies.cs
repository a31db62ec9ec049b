using System.Net;
using System.Net.Http.Json;
using System.Threading.Channels;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens;
using Microsoft.Extensions.Logging;

namespace Flickr.Fleet.Streaming;

/// <summary>
/// What a node sends back while it follows a stream: it fetches the keys it was told of, then acknowledges.
/// Apart from the
/// stream, so that a slow answer never holds an invalidation up.
/// </summary>
internal sealed class ControlPlaneReplies(HttpClient http, ControlPlaneStreamOptions options,
    InvalidationHorizon horizon,
    TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan CallMax = TimeSpan.FromSeconds(5);
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private long _wanted;
    private volatile VerifyBundle? _bundle;
    private volatile KeyRing _keys = KeyRing.Empty;

    /// <summary>Another bundle came into use.</summary>
    public event Action? KeysChanged;

    /// <summary>The bundle in use.</summary>
    public VerifyBundle? Bundle => _bundle;

    /// <summary>Its keys.</summary>
    public KeyRing Keys => _keys;

    /// <summary>Something was applied, or a bundle of at least this version is to be had.</summary>
    public void Want(long keysVersion)
    {
        Volatile.Write(ref _wanted, Math.Max(_wanted, keysVersion));
        _wake.Writer.TryWrite(true);
    }

    /// <summary>
    /// Answers until cancelled. A failed call is tried again with the next event, at the latest the next
    /// heartbeat.
    /// </summary>
    public async Task RunAsync(string address, CancellationToken cancellationToken)
    {
        var said = (Sequence: -1L, Keys: -1L);
        while (await _wake.Reader.WaitToReadAsync(cancellationToken))
        {
            _wake.Reader.TryRead(out _);
            try
            {
                if (Volatile.Read(ref _wanted) > (_bundle?.Version ?? 0))
                {
                    await FetchKeysAsync(address, cancellationToken);
                }
                var now = (Sequence: horizon.Sequence, Keys: _bundle?.Version ?? 0);
                if (now != said)
                {
                    await AcknowledgeAsync(address, now.Sequence, now.Keys, cancellationToken);
                    said = now;
                }
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                logger.AcknowledgeFailed(address, fault.Message);
            }
        }
    }

    private async Task FetchKeysAsync(string address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CallMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var bundle = await http.GetFromJsonAsync(
            $"{address}/v1/keys/verify", StreamJson.Default.VerifyBundle, both.Token);
        // An older bundle than the one in use comes from a control plane that lags: keep what is newer.
        if (bundle is not null && bundle.Version >= (_bundle?.Version ?? 0))
        {
            _keys = bundle.ToKeyRing();
            _bundle = bundle;
            KeysChanged?.Invoke();
        }
    }

    private async Task AcknowledgeAsync(string address, long sequence, long keys,
        CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(CallMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var content = JsonContent.Create(
            new Acknowledgement(sequence, keys, time.GetUtcNow().ToUnixTimeMilliseconds()),
            StreamJson.Default.Acknowledgement);
        using var response = await http.PostAsync(
            $"{address}/v1/edges/{Uri.EscapeDataString(options.EdgeId)}/ack", content, both.Token);
        if (response.StatusCode != HttpStatusCode.NoContent)
        {
            throw new HttpRequestException($"the control plane answered {(int)response.StatusCode}");
        }
    }
}
