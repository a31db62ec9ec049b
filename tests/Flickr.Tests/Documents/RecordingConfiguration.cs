using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace Flickr.Tests.Documents;

/// <summary>Settings without a value that notes which sections are asked of it.</summary>
internal sealed class RecordingConfiguration : IConfiguration
{
    private readonly IConfiguration _empty = new ConfigurationBuilder().Build();
    private readonly List<string> _sections = [];

    public string? this[string key]
    {
        get => null;
        set => throw new NotSupportedException("settings are only read");
    }

    /// <summary>The sections asked for since the last call.</summary>
    public IReadOnlyList<string> TakeSections()
    {
        string[] taken = [.. _sections.Distinct()];
        _sections.Clear();
        return taken;
    }

    public IConfigurationSection GetSection(string key)
    {
        _sections.Add(key);
        return _empty.GetSection(key);
    }

    public IEnumerable<IConfigurationSection> GetChildren() => [];

    public IChangeToken GetReloadToken() => _empty.GetReloadToken();
}
