using System.Net.Http.Headers;
using System.Net.ServerSentEvents;
using System.Threading.Channels;
using Flickr.Fleet.Durability;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Flickr.Fleet.Streaming;

/// <summary>
/// Holds the stream to the control plane: applies invalidations in order, keeps the keys, acknowledges,
/// reconnects. Runs as
/// a hosted service; everything it knows may be read from any thread at any time.
/// </summary>
public sealed class ControlPlaneStream : BackgroundService
{
    private const int EventsWaitingMax = 4096;
    private readonly ControlPlaneStreamOptions _options;
    private readonly HorizonJournal _journal;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HttpClient _http;
    private readonly ControlPlaneReplies _replies;
    private volatile bool _connected;
    private volatile bool _heard;
    private volatile string? _problem;
    private volatile TaskCompletionSource _changed = NewSignal();
    private long _reconnects;

    /// <summary>Makes it; it begins when the host starts it.</summary>
    /// <param name="options">Where to and as whom.</param>
    /// <param name="journal">The node's horizon; nothing else may apply to it while this runs.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Log.</param>
    /// <param name="handler">How to reach the control plane, e.g. with a client certificate; null for
    /// plain.</param>
    public ControlPlaneStream(ControlPlaneStreamOptions options, HorizonJournal journal, TimeProvider time,
        ILogger<ControlPlaneStream> logger, HttpMessageHandler? handler = null)
    {
        (_options, _journal, _time, _logger) = (options, journal, time, logger);
        Freshness = new Freshness(time);
        _http = new HttpClient(handler ?? new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(2),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = false,
        })
        { Timeout = Timeout.InfiniteTimeSpan };
        if (options.Key.Length > 0)
        {
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.Key);
        }
        _replies = new ControlPlaneReplies(_http, options, journal.Horizon, time, logger);
        _replies.KeysChanged += Signal;
    }

    /// <summary>
    /// Called after invalidations were applied, in order, on the stream's thread: for freeing memory early
    /// only.
    /// </summary>
    public event Action<IReadOnlyList<Invalidation>>? Applied;

    /// <summary>The horizon that the stream feeds.</summary>
    public InvalidationHorizon Horizon => _journal.Horizon;

    /// <summary>When somebody last vouched for what is in memory.</summary>
    public Freshness Freshness { get; }

    /// <summary>
    /// The verify bundle in use; null before the first of this process: HMAC keys are never on an edge's
    /// disk.
    /// </summary>
    public VerifyBundle? Bundle => _replies.Bundle;

    /// <summary>The keys of <see cref="Bundle"/>; empty before the first.</summary>
    public KeyRing Keys => _replies.Keys;

    /// <summary>Where this node stands.</summary>
    public StreamStatus Status => new(
        _connected, _heard && Bundle is not null, _journal.Term, Horizon.Sequence, Bundle?.Version ?? 0,
        Freshness.Age, Freshness.ClockOffset, Interlocked.Read(ref _reconnects), _problem);

    /// <summary>See <see cref="Streaming.Freshness.IsFreshFor"/>.</summary>
    public bool IsFreshFor(bool isPrivate, DateTimeOffset vouchedAt) =>
        Freshness.IsFreshFor(isPrivate, vouchedAt);

    /// <summary>
    /// Waits until the status satisfies a condition, e.g. at start until it is synchronised.
    /// </summary>
    public async Task WaitAsync(Func<StreamStatus, bool> condition, CancellationToken cancellationToken)
    {
        while (true)
        {
            var changed = _changed.Task;
            if (condition(Status))
            {
                return;
            }
            await changed.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc />
    public override void Dispose()
    {
        _http.Dispose();
        base.Dispose();
    }

    /// <inheritdoc />
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failures = 0;
        for (var turn = 0; !stoppingToken.IsCancellationRequested; turn++)
        {
            var addresses = _options.AddressesNow?.Invoke() is { Count: > 0 } now ? now : _options.Addresses;
            var address = addresses[turn % addresses.Count].TrimEnd('/');
            var heardBefore = _heard;
            var follower = new StreamFollower(
                _journal, Freshness, _options.IsGenuine ?? (heartbeat => heartbeat.IsSignedBy(_options.Key)), entries => Applied?.Invoke(entries));
            try
            {
                await FollowAsync(address, follower, stoppingToken);
                _problem = "the stream ended";
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (DurabilityException fault)
            {
                _problem = fault.Message;
                _logger.JournalFailed(fault);
                return;
            }
            catch (StreamRefusedException fault)
            {
                _problem = fault.Message;
                _logger.Refused(address, fault.Message);
            }
            catch (Exception fault)
            {
                _problem = fault is OperationCanceledException ? $"silent for {_options.SilenceMax}"
                    : fault.Message;
            }
            finally
            {
                _connected = false;
                Interlocked.Increment(ref _reconnects);
                Signal();
            }
            failures = follower.HasHeartbeat ? 0 : failures + 1;
            var wait = Backoff(failures);
            _logger.Lost(address, _problem ?? "", wait);
            await Task.Delay(wait, _time, stoppingToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task FollowAsync(string address, StreamFollower follower, CancellationToken stop)
    {
        Freshness.Begin();
        using var connection = CancellationTokenSource.CreateLinkedTokenSource(stop);
        using var silence = new CancellationTokenSource(_options.SilenceMax, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(connection.Token, silence.Token);
        using var response = await OpenAsync(address, both.Token);
        await using var body = await response.Content.ReadAsStreamAsync(both.Token);
        _logger.Following(address, Horizon.Sequence, _journal.Term);
        var events = Channel.CreateBounded<SseItem<string>>(
            new BoundedChannelOptions(EventsWaitingMax) { SingleReader = true, SingleWriter = true });
        var reading = ReadAsync(body, events.Writer, () =>
            silence.CancelAfter(_options.SilenceMax), both.Token);
        var replying = _replies.RunAsync(address, connection.Token);
        try
        {
            while (await events.Reader.WaitToReadAsync(both.Token))
            {
                Step(events.Reader, follower);
            }
            await reading;
        }
        finally
        {
            await connection.CancelAsync();
            await Task.WhenAll(reading, replying).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Takes all events at hand, then applies and acknowledges them together.</summary>
    private void Step(ChannelReader<SseItem<string>> events, StreamFollower follower)
    {
        while (events.TryRead(out var item))
        {
            follower.Take(item);
        }
        follower.Flush();
        var offset = Freshness.ClockOffset;
        if (follower.HasHeartbeat && !_heard && offset.Duration() > TimeSpan.FromSeconds(2))
        {
            _logger.ClockDiffers(offset);
        }
        _connected = follower.HasHello;
        _heard |= follower.HasHeartbeat;
        _problem = null;
        _replies.Want(follower.KeysVersion);
        Signal();
    }

    private async Task<HttpResponseMessage> OpenAsync(string address, CancellationToken cancellationToken)
    {
        var target = $"{address}/v1/stream?edge={Uri.EscapeDataString(_options.EdgeId)}&after={Horizon.Sequence}"
            + $"&term={_journal.Term}&address={Uri.EscapeDataString(_options.PublicAddress)}";
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead,
            cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            response.Dispose();
            throw new HttpRequestException($"the control plane answered {(int)response.StatusCode}");
        }
        return response;
    }

    private static async Task ReadAsync(Stream body, ChannelWriter<SseItem<string>> events, Action heard,
        CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
            {
                heard();
                await events.WriteAsync(item, cancellationToken);
            }
        }
        finally
        {
            events.TryComplete();
        }
    }

    private TimeSpan Backoff(int failures)
    {
        var most = _options.ReconnectMin * Math.Pow(2, Math.Min(failures, 16));
        var capped = most < _options.ReconnectMax ? most : _options.ReconnectMax;
        return capped * (0.5 + Random.Shared.NextDouble() / 2);
    }

    private void Signal() => Interlocked.Exchange(ref _changed!, NewSignal()).TrySetResult();

    private static TaskCompletionSource NewSignal() =>
        new(TaskCreationOptions.RunContinuationsAsynchronously);
}
