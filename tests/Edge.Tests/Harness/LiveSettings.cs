using Microsoft.Extensions.Configuration;

namespace Flickr.Edge.Tests.Harness;

/// <summary>Settings that a test changes while the program runs.</summary>
internal sealed class LiveSettings : ConfigurationProvider, IConfigurationSource
{
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;

    public void SetAll(IReadOnlyDictionary<string, string?> values)
    {
        foreach (var (key, value) in values)
        {
            Set(key, value);
        }
    }

    /// <summary>Changes settings (null takes one out) and tells whoever listens.</summary>
    public void Change(params (string Key, string? Value)[] changes)
    {
        foreach (var (key, value) in changes)
        {
            if (value is null)
            {
                Data.Remove(key);
            }
            else
            {
                Set(key, value);
            }
        }
        OnReload();
    }
}
