using Flickr.Load.Peers;

namespace Flickr.Load;

/// <summary>What the command line asked for.</summary>
internal sealed record BenchOptions(string Question, int Rounds, TimeSpan Each, string? Shape, string[] Peers, bool Json)
{
    /// <summary>Null when it is not a question we know.</summary>
    public static BenchOptions? Parse(string[] args)
    {
        var question = args.FirstOrDefault();
        if (question is not ("hits" or "storm"))
        {
            return null;
        }
        string? After(string flag) => Array.IndexOf(args, flag) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        return new BenchOptions(
            question,
            int.TryParse(After("--rounds"), out var rounds) ? Math.Clamp(rounds, 1, 50) : 5,
            TimeSpan.FromSeconds(int.TryParse(After("--seconds"), out var seconds) ? Math.Clamp(seconds, 1, 60) : 4),
            After("--shape"),
            After("--peers")?.Split(',') ?? Line.Names,
            args.Contains("--json"));
    }
}
