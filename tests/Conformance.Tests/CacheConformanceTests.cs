using Flickr.Edge;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.Conformance.Tests;

/// <summary>
/// The whole public suite through a stand-alone edge with one plain site, against the committed expectations.
/// </summary>
public sealed class CacheConformanceTests(ITestOutputHelper output)
{
    /// <summary>Required tests that may fail, by whoever's doing.</summary>
    private const int RequiredFailuresMax = 3;

    /// <summary>
    /// Required tests that the suite does not judge of a cache that serves nothing stale unasked: they rest on
    /// <c>stale-close</c>, which asks whether it does.
    /// </summary>
    private static readonly string[] NotJudged =
    [
        "stale-close-must-revalidate", "stale-close-no-cache", "stale-close-proxy-revalidate", "stale-close-s-maxage=2",
    ];

    [Fact]
    [Trait("Requirement", "R111")]
    public async Task The_edge_passes_the_public_cache_tests_but_for_those_listed_with_a_reason()
    {
        await CacheSuite.InstallAsync();
        using var origin = await CacheSuite.StartOriginAsync();
        var folder = Directory.CreateTempSubdirectory("conformance-").FullName;
        await using var edge = EdgeProgram.Build([], Settings(origin.Address, folder),
            services => services.AddLogging(logging => logging.ClearProviders()));
        await edge.StartAsync();
        var address = edge.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.First();

        var results = await CacheSuite.RunAsync(address);
        await edge.StopAsync();
        Directory.Delete(folder, recursive: true);

        Report(results);
        var expected = Expectations.Read();
        var failed = results.Where(result => result.Outcome != "pass" && result.Kind != "check").ToList();
        Assert.Empty(failed.Where(result => !expected.ContainsKey(result.Id))
            .Select(result => $"{result.Id}: {result.Message}"));
        Assert.Empty(expected.Keys.Except(failed.Select(result => result.Id))
            .Select(id => $"{id} passes now: take it off the list"));
        Assert.All(expected.Values, expectation =>
            Assert.True(expectation is { Whose: "ours" or "suite", Reason.Length: > 20 }));
        var required = failed.Where(result => result.Kind == "required").ToLookup(
            result => result.Outcome == "dependency", result => result.Id);
        Assert.InRange(required[false].Count(), 0, RequiredFailuresMax);
        Assert.Equal(NotJudged, required[true].Order(StringComparer.Ordinal));
        Assert.True(results.Count > 300, $"only {results.Count} tests were run");
    }

    [Fact]
    public async Task No_published_result_of_the_suite_passes_a_test_that_is_not_judged_of_us()
    {
        await CacheSuite.InstallAsync();

        var results = CacheSuite.Published();

        Assert.True(results.Count >= 8, $"only {results.Count} results were read");
        Assert.All(results, result => Assert.All(NotJudged, id =>
            Assert.False(result.Passed(id), $"{result.Name} passes {id}")));
        // The files are read as they are meant: each of them passes something.
        Assert.All(results, result => Assert.True(result.Passed("freshness-none"), result.Name));
    }

    private static IConfiguration Settings(string origin, string folder) => new ConfigurationBuilder()
        .AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Edge:Listen"] = "http://127.0.0.1:0",
            ["Edge:AdminListen"] = "http://127.0.0.1:0",
            ["Edge:DataDirectory"] = folder,
            ["Edge:Memory:BytesMax"] = (64L << 20)
                .ToString(System.Globalization.CultureInfo.InvariantCulture),
            ["Edge:Memory:LargePages"] = "false",
            ["Edge:Sites:0:Host"] = "*",
            ["Edge:Sites:0:Upstreams:0"] = origin,
            ["Edge:Sites:0:SetCookie"] = "Store",
            ["Edge:Sites:0:ErrorLifetime"] = "00:00:00",
            ["Edge:Sites:0:StoresPartial"] = "true",
            // This edition of the suite is older than RFC 9111: it wants an Age that is no number or stands twice
            // to be stale, where section 5.1 ignores it.
            ["Edge:Sites:0:MalformedAge"] = "Stale",
        })
        .Build();

    private void Report(IReadOnlyList<CacheTestResult> results)
    {
        foreach (var kind in results.GroupBy(result => result.Kind))
        {
            output.WriteLine($"{kind.Key}: {kind.Count(result => result.Outcome == "pass")} of {kind.Count()}");
        }
        foreach (var result in results.Where(result => result.Outcome != "pass"))
        {
            output.WriteLine($"{result.Kind}\t{result.Outcome}\t{result.Group}\t{result.Id}\t{result.Message}");
        }
    }
}
