using Flickr.Origin.Tests.Http;
using Xunit;

namespace Flickr.Origin.Tests.ObjectStore;

/// <summary>The tests of the blob interface, over OpenStack Swift.</summary>
[Trait("Requirement", "R040")]
public sealed class S3BlobTests : BlobTests
{
    private (string, string)[] _settings = [];

    protected override (string, string)[] Settings => _settings;

    protected override int StoredAgainStatus => 201;

    public override async ValueTask InitializeAsync()
    {
        _settings = await SwiftServer.SettingsAsync();
        await base.InitializeAsync();
    }
}

/// <summary>The tests of the link interface, over OpenStack Swift.</summary>
[Trait("Requirement", "R040")]
public sealed class S3LinkTests : LinkTests
{
    private (string, string)[] _settings = [];

    protected override (string, string)[] Settings => _settings;

    public override async ValueTask InitializeAsync()
    {
        _settings = await SwiftServer.SettingsAsync();
        await base.InitializeAsync();
    }
}
