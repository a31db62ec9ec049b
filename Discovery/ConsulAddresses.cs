namespace Flickr.Discovery;

/// <summary>
/// The settings that name a service instead of an address, <c>consul://flickr-origin</c>, with the addresses of
/// today in its place. In a list the one element becomes as many as there are instances; in a text of several
/// addresses, set apart by commas, likewise.
/// </summary>
internal sealed class ConsulAddresses : ConfigurationProvider, IConfigurationSource, IDisposable
{
    private const string Scheme = "consul://";
    private readonly ConsulClient _client;
    private readonly ConsulOptions _options;
    private readonly Dictionary<string, ServiceWatch> _watches = new(StringComparer.Ordinal);
    private readonly Lock _writing = new();
    private readonly List<(string Key, string Value)> _texts;
    private readonly Dictionary<string, List<string>> _lists;
    private bool _isLoaded;

    private ConsulAddresses(ConsulOptions options, TimeProvider time,
        List<(string Key, string Value)> texts, Dictionary<string, List<string>> lists)
    {
        (_options, _texts, _lists) = (options, texts, lists);
        _client = new ConsulClient(options);
        foreach (var service in texts.SelectMany(text => Parts(text.Value)).Concat(lists.Values.SelectMany(list => list))
            .Select(ServiceOf).OfType<string>().Distinct(StringComparer.Ordinal))
        {
            _watches.Add(service, new ServiceWatch(_client, service, options, time, Changed));
        }
    }

    /// <summary>The services that are followed.</summary>
    public IEnumerable<ServiceWatch> Watches => _watches.Values;

    /// <summary>Null when no setting names a service.</summary>
    /// <exception cref="FormatException">A setting names a service, and no agent is configured.</exception>
    public static ConsulAddresses? Of(IConfiguration configuration, ConsulOptions options, TimeProvider time)
    {
        List<(string Key, string Value)> texts = [];
        Dictionary<string, List<string>> lists = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, value) in configuration.AsEnumerable())
        {
            if (value?.Contains(Scheme, StringComparison.OrdinalIgnoreCase) != true
                || key.StartsWith(ConsulOptions.Section, StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }
            if (string.IsNullOrEmpty(options.Address))
            {
                throw new FormatException($"{key}: '{value}' needs the address of Consul in {ConsulOptions.Section}:Address");
            }
            if (ListOf(key) is not { } list)
            {
                texts.Add((key, value));
            }
            else if (!lists.ContainsKey(list))
            {
                lists.Add(list, [.. configuration.GetSection(list).GetChildren()
                    .OrderBy(element => int.TryParse(element.Key, out var number) ? number : int.MaxValue)
                    .Select(element => element.Value ?? "")]);
            }
        }
        return texts.Count + lists.Count == 0 ? null : new ConsulAddresses(options, time, texts, lists);
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    /// <summary>Waits for the first answers, for a bounded time.</summary>
    /// <exception cref="IOException">A service has no address: the program would have nowhere to turn
    /// to.</exception>
    public override void Load()
    {
        Task.WhenAll(_watches.Values.Select(watch => watch.First)).Wait(_options.StartWait);
        if (_watches.Values.FirstOrDefault(watch => watch.Addresses.Count == 0) is { } silent)
        {
            Dispose();
            throw new IOException($"{Scheme}{silent.Service}: no address is known; {silent.Problem}");
        }
        Write();
    }

    public void Dispose()
    {
        foreach (var watch in _watches.Values)
        {
            watch.Dispose();
        }
        _client.Dispose();
    }

    private void Changed()
    {
        lock (_writing)
        {
            if (!_isLoaded)
            {
                // The first load is still to write, and will read what has just changed.
                return;
            }
            Write();
        }
        OnReload();
    }

    private void Write()
    {
        lock (_writing)
        {
            _isLoaded = true;
            var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
            foreach (var (key, value) in _texts)
            {
                data[key] = string.Join(',', Parts(value).SelectMany(Expanded));
            }
            foreach (var (list, elements) in _lists)
            {
                var number = 0;
                foreach (var address in elements.SelectMany(Expanded))
                {
                    data[$"{list}:{number++}"] = address;
                }
            }
            Data = data;
        }
    }

    private IEnumerable<string> Expanded(string element) => ServiceOf(element) is { } service
        ? _watches[service].Addresses.Select(address => address.GetLeftPart(UriPartial.Authority))
        : [element];

    private static string? ServiceOf(string element) =>
        element.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? element[Scheme.Length..].TrimEnd('/') : null;

    private static string[] Parts(string value) =>
        value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The key of the list that an element belongs to; null when the key is no element of a list.</summary>
    private static string? ListOf(string key)
    {
        var colon = key.LastIndexOf(':');
        return colon > 0 && key.AsSpan(colon + 1).IndexOfAnyExceptInRange('0', '9') < 0 ? key[..colon] : null;
    }
}
