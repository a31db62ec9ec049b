using Flickr.Edge.Fetch;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Sites;

/// <summary>
/// The sites in force. A change of the configuration is judged whole and swapped whole: with one fault in it
/// the old sites stay, and the reason is in the log and on the admin listener.
/// </summary>
internal sealed class LiveSites : IDisposable
{
    private readonly IConfiguration _configuration;
    private readonly UpstreamClusters _clusters;
    private readonly EdgeMetrics _metrics;
    private readonly ILogger<LiveSites> _log;
    private readonly Lock _reloading = new();
    private readonly IDisposable _registration;
    private volatile SiteTable _current;
    private volatile IReadOnlyList<string> _refusal = [];
    private string _fingerprint;

    /// <exception cref="OptionsValidationException">The first sites are wrong: the program must not
    /// start.</exception>
    public LiveSites(IConfiguration configuration, UpstreamClusters clusters, EdgeMetrics metrics,
        ILogger<LiveSites> log)
    {
        (_configuration, _clusters, _metrics, _log) = (configuration, clusters, metrics, log);
        var table = Read(out var faults)
            ?? throw new OptionsValidationException("Edge:Sites", typeof(SitesOptions), faults);
        if (!clusters.Apply(table, null))
        {
            throw new OptionsValidationException("Edge:Sites", typeof(SitesOptions),
                ["Edge:Sites: the upstreams were not taken"]);
        }
        _current = table;
        _fingerprint = Fingerprint();
        _registration = ChangeToken.OnChange(configuration.GetReloadToken, Reload);
    }

    /// <summary>The sites. A request reads this once.</summary>
    public SiteTable Current => _current;

    /// <summary>Why the last change was refused; empty when it was taken.</summary>
    public IReadOnlyList<string> Refusal => _refusal;

    /// <summary>
    /// Reads the configuration again and takes it when it is right. True when it is in force.
    /// </summary>
    public bool TryReload()
    {
        lock (_reloading)
        {
            var table = Read(out var faults);
            if (table is not null && !_clusters.Apply(table, _current))
            {
                (table, faults) = (null, ["Edge:Sites: the upstreams were not taken"]);
            }
            _refusal = faults;
            _metrics.Reloaded(table is not null);
            if (table is null)
            {
                EdgeLog.SitesRefused(_log, string.Join("; ", faults));
                return false;
            }
            _current = table;
            EdgeLog.SitesTaken(_log, table.Sites.Count);
            return true;
        }
    }

    public void Dispose() => _registration.Dispose();

    private void Reload()
    {
        lock (_reloading)
        {
            // Any section of the configuration fires the token; only the sites matter here.
            var fingerprint = Fingerprint();
            if (fingerprint == _fingerprint)
            {
                return;
            }
            _fingerprint = fingerprint;
        }
        TryReload();
    }

    private string Fingerprint() => string.Join('\n', _configuration.GetSection("Edge:Sites").AsEnumerable()
        .OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));

    private SiteTable? Read(out IReadOnlyList<string> faults)
    {
        var options = new SitesOptions();
        try
        {
            // Site by site: the binder leaves out an element of a list that it cannot read, and says nothing.
            options.Sites = [.. _configuration.GetSection("Edge:Sites").GetChildren()
                .OrderBy(site => int.TryParse(site.Key, out var number) ? number : int.MaxValue)
                .Select(site => site.Get<SiteOptions>(binder => binder.ErrorOnUnknownConfiguration = true)
                    ?? new SiteOptions())];
        }
        catch (InvalidOperationException exception)
        {
            faults = ["Edge:Sites: " + exception.Message + (exception.InnerException is { } inner
                ? " " + inner.Message : "")];
            return null;
        }
        return SiteTable.TryBuild(options, out faults);
    }
}
