using System.Diagnostics;
using Flickr.Up;
using Microsoft.Extensions.Logging;

namespace Flickr.Tests.Up;

/// <summary>Log lines of <c>flickr up</c> say which request they belong to.</summary>
public sealed class UpLogTests
{
    [Fact]
    [Trait("Requirement", "R093")]
    public void A_line_names_the_trace_of_its_request_and_stays_one_line()
    {
        using var text = new StringWriter();
        using var provider = new UpLog(text, "Edge", TimeProvider.System);
        using var span = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start();

        provider.CreateLogger("Gate").LogWarning("a\nb");

        var line = Assert.Single(text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("warning Edge: a b [Gate]", line, StringComparison.Ordinal);
        Assert.EndsWith($"trace={span.TraceId}", line.TrimEnd(), StringComparison.Ordinal);
    }
}
