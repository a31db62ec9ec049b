using System.Diagnostics;

namespace Flickr.Drills;

/// <summary>A good client: what it got and how long it took.</summary>
internal sealed class Client : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, MaxConnectionsPerServer = 64 })
    {
        Timeout = TimeSpan.FromSeconds(90),
    };

    /// <summary>Status and time; status 0 when the connection failed or the body was cut.</summary>
    public async Task<(int Status, TimeSpan Took)> GetAsync(Uri address)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            using var answer = await _http.GetAsync(address);
            return ((int)answer.StatusCode, Stopwatch.GetElapsedTime(began));
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or OperationCanceledException)
        {
            return (0, Stopwatch.GetElapsedTime(began));
        }
    }

    /// <summary>Asks at a fixed rate for a time; failures, and the 99th of 100 times from when each was due.</summary>
    public async Task<(int Count, int Failed, TimeSpan P99)> LoadAsync(Uri address, int perSecond, TimeSpan time)
    {
        var (began, running) = (Stopwatch.GetTimestamp(), new List<Task<(int Status, TimeSpan Took)>>());
        using var pace = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / perSecond));
        while (Stopwatch.GetElapsedTime(began) < time)
        {
            running.Add(GetAsync(address));
            await pace.WaitForNextTickAsync();
        }
        var answers = await Task.WhenAll(running);
        var times = answers.Select(answer => answer.Took).Order().ToArray();
        return (answers.Length, answers.Count(answer => answer.Status != 200), times[(int)(times.Length * 0.99)]);
    }

    public void Dispose() => _http.Dispose();
}
