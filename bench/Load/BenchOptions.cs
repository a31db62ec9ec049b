using Flickr.Load.Drill;
using Flickr.Load.Peers;

namespace Flickr.Load;

/// <summary>What the command line asked for.</summary>
internal sealed record BenchOptions(string Question, int Rounds, TimeSpan Each, string? Shape, string[] Peers, bool Json)
{
    public const string Usage =
        "usage: bench/Load hits|storm|memory|miss|drill [--rounds N] [--seconds N] [--shape NAME] [--peers A,B] [--json]";

    private static readonly string[] Questions = ["hits", "storm", "memory", "miss", "drill"];

    /// <summary>Null when it cannot be asked; <paramref name="complaint"/> says why.</summary>
    public static BenchOptions? Parse(string[] args, out string complaint)
    {
        var question = args.FirstOrDefault();
        complaint = Usage;
        if (question is null || !Questions.Contains(question))
        {
            return null;
        }
        string? After(string flag) => Array.IndexOf(args, flag) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
        var allowed = question == "drill" ? DrillQuestion.Servers : Line.Names;
        var peers = After("--peers")?.Split(',', StringSplitOptions.TrimEntries) ?? allowed;
        if (peers.Except(allowed).ToArray() is { Length: > 0 } unknown)
        {
            complaint = $"--peers: no server is called {string.Join(", ", unknown.Select(name => $"\"{name}\""))}; "
                + $"{question} knows {string.Join(", ", allowed)}";
            return null;
        }
        return new BenchOptions(
            question,
            int.TryParse(After("--rounds"), out var rounds) ? Math.Clamp(rounds, 1, 50) : question == "drill" ? 3 : 5,
            TimeSpan.FromSeconds(int.TryParse(After("--seconds"), out var seconds) ? Math.Clamp(seconds, 1, 60) : 4),
            After("--shape"),
            peers,
            args.Contains("--json"));
    }
}
