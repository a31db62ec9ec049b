namespace Flickr.Discovery;

/// <summary>
/// Follows one service by blocking queries and keeps what it last heard. A failure, a lost leader or an answer
/// without any instance never takes away addresses: wrong ones are found out by those who call them, none leave
/// nothing to call. Runs on its own until disposed.
/// </summary>
internal sealed class ServiceWatch : IDisposable
{
    private static readonly TimeSpan RetryMax = TimeSpan.FromSeconds(30);
    private readonly ConsulClient _client;
    private readonly string _service;
    private readonly ConsulOptions _options;
    private readonly TimeProvider _time;
    private readonly Action _changed;
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile IReadOnlyList<Uri> _addresses = [];
    private volatile string? _problem = "Consul has not answered yet";

    /// <param name="client">Whom to ask.</param>
    /// <param name="service">What for.</param>
    /// <param name="options">How long to wait.</param>
    /// <param name="time">Clock of the retries.</param>
    /// <param name="changed">Called after the addresses have changed, on the watch's thread.</param>
    public ServiceWatch(ConsulClient client, string service, ConsulOptions options, TimeProvider time, Action changed)
    {
        (_client, _service, _options, _time, _changed) = (client, service, options, time, changed);
        _ = Task.Run(RunAsync);
    }

    /// <summary>Its name in Consul.</summary>
    public string Service => _service;

    /// <summary>The addresses last heard, without duplicates.</summary>
    public IReadOnlyList<Uri> Addresses => _addresses;

    /// <summary>Why the last query failed, or why its answer was not taken; null when all is well.</summary>
    public string? Problem => _problem;

    /// <summary>Ends with the first answer that names an instance.</summary>
    public Task First => _first.Task;

    public void Dispose() => _stop.Cancel();

    private async Task RunAsync()
    {
        ulong index = 0;
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var asked = _time.GetTimestamp();
                var answer = await _client.HealthyAsync(_service, index, _options.Wait, _stop.Token);
                if (index > 0 && answer.Index == index && _time.GetElapsedTime(asked) < _options.RetryMin)
                {
                    // It should have blocked. Without this rest, a proxy that does not hold requests makes us spin.
                    await RestAsync(0);
                }
                // An index that goes back means that the servers were restored: begin anew, without blocking.
                index = answer.Index < index ? 0 : answer.Index;
                failures = 0;
                Take([.. answer.Instances.Select(instance => instance.Address).Distinct()]);
            }
            catch (Exception failure) when (failure is HttpRequestException or TimeoutException)
            {
                // What was missed meanwhile is in the next answer: it must not block.
                index = 0;
                _problem = failure.Message;
                await RestAsync(failures++);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private void Take(IReadOnlyList<Uri> addresses)
    {
        if (addresses.Count == 0)
        {
            _problem = $"no instance of '{_service}' passes its checks";
            return;
        }
        _problem = null;
        if (!addresses.SequenceEqual(_addresses))
        {
            _addresses = addresses;
            _changed();
        }
        _first.TrySetResult();
    }

    private async Task RestAsync(int failures)
    {
        var rest = _options.RetryMin * Math.Pow(2, Math.Min(failures, 16));
        rest = (rest > RetryMax ? RetryMax : rest) * (0.5 + (Random.Shared.NextDouble() / 2));
        try
        {
            await Task.Delay(rest, _time, _stop.Token);
        }
        catch (OperationCanceledException)
        {
            // Disposed: the loop sees it.
            return;
        }
    }
}
