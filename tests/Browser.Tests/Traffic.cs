using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>What a page has fetched, as the browser saw it.</summary>
internal sealed class Traffic
{
    private readonly List<Entry> _entries = [];

    public Traffic(IPage page)
    {
        page.Response += (_, response) =>
        {
            lock (_entries)
            {
                _entries.Add(new Entry(
                    response.Url, response.Status,
                    response.Headers.GetValueOrDefault("content-type", ""),
                    response.Headers.GetValueOrDefault("cache-status", "")));
            }
        };
    }

    /// <summary>All answers so far.</summary>
    public IReadOnlyList<Entry> Everything
    {
        get
        {
            lock (_entries)
            {
                return [.. _entries.Where(entry => entry.Url.StartsWith("http", StringComparison.Ordinal))];
            }
        }
    }

    /// <summary>The answers that were pictures.</summary>
    public IReadOnlyList<Entry> Images =>
        [.. Everything.Where(entry => entry.Type.StartsWith("image/", StringComparison.Ordinal))];

    public void Clear()
    {
        lock (_entries)
        {
            _entries.Clear();
        }
    }

    internal sealed record Entry(string Url, int Status, string Type, string CacheStatus);
}
