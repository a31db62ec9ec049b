using Microsoft.Extensions.Configuration;

namespace Flickr.Discovery.Tests;

/// <summary>Settings that name a service hold its addresses, against a stub of Consul's agent.</summary>
public sealed class AddressesTests
{
    [Fact]
    public async Task A_named_service_in_a_list_becomes_its_instances_between_the_fixed_addresses()
    {
        await using var consul = await ConsulStub.StartAsync();
        consul.Put("flickr-origin", "a", new Uri("http://10.0.0.1:8090"));
        consul.Put("flickr-origin", "b", new Uri("https://10.0.0.2:8090"));
        consul.Put("another", "c", new Uri("http://10.0.0.3:8090"));

        using var settings = Settings(consul,
            ("Edge:Sites:0:Upstreams:0", "http://10.9.9.9:1"), ("Edge:Sites:0:Upstreams:1", "consul://flickr-origin"),
            ("Edge:Sites:0:Upstreams:2", "http://10.9.9.9:2"), ("Edge:ControlPlane", "http://10.9.9.9:3, consul://another/"));

        Assert.Equal(
            ["http://10.9.9.9:1", "http://10.0.0.1:8090", "https://10.0.0.2:8090", "http://10.9.9.9:2"],
            settings.GetSection("Edge:Sites:0:Upstreams").Get<string[]>()!);
        Assert.Equal("http://10.9.9.9:3,http://10.0.0.3:8090", settings["Edge:ControlPlane"]);
        Assert.All(consul.Asked, query => Assert.Contains("passing=true&stale=", query, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_change_is_heard_through_the_blocking_query_and_reloads_the_settings()
    {
        await using var consul = await ConsulStub.StartAsync();
        consul.Put("flickr-origin", "a", new Uri("http://10.0.0.1:8090"));
        using var settings = Settings(consul, ("List:0", "consul://flickr-origin"));
        var reloaded = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = ((IConfiguration)settings).GetReloadToken().RegisterChangeCallback(_ => reloaded.TrySetResult(), null);

        consul.Put("flickr-origin", "b", new Uri("http://10.0.0.2:8090"));
        await reloaded.Task.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal(["http://10.0.0.1:8090", "http://10.0.0.2:8090"], settings.GetSection("List").Get<string[]>()!);
        Assert.Contains(consul.Asked, query => query.Contains("index=8&wait=1000ms", StringComparison.Ordinal));

        consul.Check("a", passes: false);
        await Eventually.TrueAsync(
            () => settings.GetSection("List").Get<string[]>() is ["http://10.0.0.2:8090"], "a failing instance was not left out");
    }

    [Fact]
    public async Task A_query_that_waited_in_vain_asks_again_and_hears_the_next_change()
    {
        await using var consul = await ConsulStub.StartAsync();
        consul.Put("s", "a", new Uri("http://10.0.0.1:1"));
        using var settings = Settings(consul, ("Text", "consul://s"));

        await Eventually.TrueAsync(() => consul.Asked.Count(query => query.Contains("index=8", StringComparison.Ordinal)) > 1,
            "no second query after the wait");
        consul.Put("s", "a", new Uri("http://10.0.0.1:2"));

        await Eventually.TrueAsync(() => settings["Text"] == "http://10.0.0.1:2", "the change was not heard");
    }

    [Theory]
    [InlineData(500, "No cluster leader")]
    [InlineData(500, "rpc error getting client")]
    [InlineData(429, "rate limit reached")]
    [InlineData(403, "Permission denied")]
    public async Task A_failing_agent_takes_no_address_away_and_is_asked_again(int status, string text)
    {
        await using var consul = await ConsulStub.StartAsync();
        consul.Put("s", "a", new Uri("http://10.0.0.1:1"));
        using var settings = Settings(consul, ("Text", "consul://s"));

        consul.Broken = (status, text);
        consul.Put("s", "a", new Uri("http://10.0.0.1:2"));
        var asked = consul.Asked.Count;
        await Eventually.TrueAsync(() => consul.Asked.Count > asked + 3, "not asked again");
        Assert.Equal("http://10.0.0.1:1", settings["Text"]);

        consul.Broken = null;
        await Eventually.TrueAsync(() => settings["Text"] == "http://10.0.0.1:2", "not heard after the failure");
    }

    [Fact]
    public async Task An_agent_that_died_and_came_back_is_followed_again()
    {
        var consul = await ConsulStub.StartAsync();
        var port = new Uri(consul.Address).Port;
        consul.Put("s", "a", new Uri("http://10.0.0.1:1"));
        using var settings = Settings(consul, ("Text", "consul://s"));

        await consul.DisposeAsync();
        await using var reborn = await ConsulStub.StartAsync(port);
        reborn.Put("s", "a", new Uri("http://10.0.0.1:2"));

        await Eventually.TrueAsync(() => settings["Text"] == "http://10.0.0.1:2", "not followed after the restart");
    }

    [Fact]
    public async Task An_index_that_goes_back_begins_anew()
    {
        await using var consul = await ConsulStub.StartAsync();
        for (var i = 0; i < 30; i++)
        {
            consul.Put("s", "a", new Uri("http://10.0.0.1:1"));
        }
        using var settings = Settings(consul, ("Text", "consul://s"));
        await Eventually.TrueAsync(() => consul.Asked.Any(query => query.Contains("index=", StringComparison.Ordinal)), "never blocked");

        consul.Restore(3, () => { });
        await Eventually.TrueAsync(() => consul.Asked.Any(query => query.Contains("index=3&", StringComparison.Ordinal)),
            "the new, lower index is not used");
        consul.Put("s", "a", new Uri("http://10.0.0.1:2"));

        await Eventually.TrueAsync(() => settings["Text"] == "http://10.0.0.1:2", "not heard after the restore");
    }

    [Fact]
    public async Task The_last_instance_stays_when_none_passes_its_checks()
    {
        await using var consul = await ConsulStub.StartAsync();
        consul.Put("s", "a", new Uri("http://10.0.0.1:1"));
        using var settings = Settings(consul, ("Text", "consul://s"));

        consul.Check("a", passes: false);
        var asked = consul.Asked.Count;
        await Eventually.TrueAsync(() => consul.Asked.Count > asked, "not asked again");
        Assert.Equal("http://10.0.0.1:1", settings["Text"]);
        consul.Put("s", "b", new Uri("http://10.0.0.2:1"));

        await Eventually.TrueAsync(() => settings["Text"] == "http://10.0.0.2:1", "the new one was not heard");
    }

    [Fact]
    public async Task The_token_is_shown_and_a_wrong_one_named_as_the_reason()
    {
        await using var consul = await ConsulStub.StartAsync();
        consul.Token = "secret-of-the-agent";
        consul.Put("s", "a", new Uri("http://10.0.0.1:1"));
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "secret-of-the-agent\n", TestContext.Current.CancellationToken);

        using var settings = Settings(consul, ("Text", "consul://s"), ("Discovery:Consul:TokenFile", file));
        Assert.Equal("http://10.0.0.1:1", settings["Text"]);
        File.Delete(file);

        var refusal = Assert.Throws<IOException>(() => Settings(consul, ("Text", "consul://s"),
            ("Discovery:Consul:StartWait", "00:00:00.300")));
        Assert.Equal("consul://s: no address is known; Consul answered 403: its token must allow this "
            + "(setting Discovery:Consul:TokenFile)", refusal.Message);
    }

    [Fact]
    public void A_named_service_without_an_agent_is_refused_with_the_setting()
    {
        var refusal = Assert.Throws<FormatException>(() => Settings(null, ("Text", "consul://s")));

        Assert.Equal("Text: 'consul://s' needs the address of Consul in Discovery:Consul:Address", refusal.Message);
    }

    private static ConfigurationManager Settings(ConsulStub? consul, params (string Key, string Value)[] settings)
    {
        var manager = new ConfigurationManager();
        manager.AddInMemoryCollection([
            new("Discovery:Consul:Address", consul?.Address), new("Discovery:Consul:Wait", "00:00:01"),
            new("Discovery:Consul:RetryMin", "00:00:00.010"),
            .. settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))]);
        var options = manager.GetSection(ConsulOptions.Section).Get<ConsulOptions>()!;
        if (ConsulAddresses.Of(manager, options, TimeProvider.System) is { } addresses)
        {
            ((IConfigurationBuilder)manager).Add(addresses);
        }
        return manager;
    }
}
