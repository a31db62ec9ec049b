using System.Globalization;

namespace Flickr.Up;

/// <summary>Asks every node's <c>/readyz</c> until all say yes: started is not yet ready.</summary>
internal sealed class Readiness(HttpClient client, TimeProvider time)
{
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(25);

    /// <summary>Waits up to <paramref name="bound"/>. Returns the nodes that are not ready by then.</summary>
    public async Task<IReadOnlyList<UpNode>> WaitAsync(
        IReadOnlyList<UpNode> nodes, TimeSpan bound, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var waiting = nodes.ToList();
        while (true)
        {
            foreach (var node in waiting.ToArray())
            {
                if (await IsReadyAsync(node, cancellationToken))
                {
                    waiting.Remove(node);
                }
            }
            if (waiting.Count == 0 || time.GetElapsedTime(started) > bound)
            {
                return waiting;
            }
            await Task.Delay(Between, time, cancellationToken);
        }
    }

    private async Task<bool> IsReadyAsync(UpNode node, CancellationToken cancellationToken)
    {
        try
        {
            var address =
                string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.AdminPort}/readyz");
            using var answer = await client.GetAsync(new Uri(address), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception fault) when (fault is HttpRequestException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false; // not there yet, or too busy to say so in time
        }
    }
}
