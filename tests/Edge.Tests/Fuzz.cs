namespace Flickr.Edge.Tests;

/// <summary>
/// How long the byte generators run: a fixed number of rounds in every run of the suite, and as long as
/// <c>FLICKR_FUZZ_SECONDS</c> says when it is set: <c>FLICKR_FUZZ_SECONDS=600 dotnet run --project
/// tests/Edge.Tests -- --filter-trait Category=Fuzz</c>.
/// </summary>
internal static class Fuzz
{
    /// <summary>Seconds for each generator; -1: the fixed number of rounds.</summary>
    public static int Seconds { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("FLICKR_FUZZ_SECONDS"), out var seconds) ? seconds
        : -1;
}
