using System.Globalization;
using Flickr.Load.Drill;
using Flickr.Load.Peers;
using Flickr.Load.Questions;

namespace Flickr.Load;

/// <summary>What the command line asked for.</summary>
internal sealed record BenchOptions(string Question, int Rounds, TimeSpan Each, string? Shape, string[] Peers, bool Json)
{
    /// <summary>Folder for charts; null: none are drawn.</summary>
    public string? Svg { get; init; }

    /// <summary>How long a soak lasts.</summary>
    public TimeSpan Soak { get; init; }

    /// <summary>Objects of a restart.</summary>
    public int Objects { get; init; }

    public const string Usage =
        "usage: bench/Load hits|promises|storm|memory|miss|drill|latency|soak|restart|hitratio "
        + "[--rounds N] [--seconds N] [--shape NAME] [--peers A,B] [--json] [--svg FOLDER] [--minutes N] [--objects N]";

    private static readonly string[] Questions =
        ["hits", "promises", "storm", "memory", "miss", "drill", "latency", "soak", "restart", "hitratio"];

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
        var usual = question is "promises" or "latency" ? Promised.Servers : question == "soak" ? ["flickr"] : allowed;
        var peers = After("--peers")?.Split(',', StringSplitOptions.TrimEntries) ?? usual;
        if (peers.Except(allowed).ToArray() is { Length: > 0 } unknown)
        {
            complaint = $"--peers: no server is called {string.Join(", ", unknown.Select(name => $"\"{name}\""))}; "
                + $"{question} knows {string.Join(", ", allowed)}";
            return null;
        }
        return new BenchOptions(
            question,
            int.TryParse(After("--rounds"), out var rounds) ? Math.Clamp(rounds, 1, 50) : question == "drill" ? 3 : 5,
            TimeSpan.FromSeconds(int.TryParse(After("--seconds"), out var seconds) ? Math.Clamp(seconds, 1, 60)
                : question is "promises" or "latency" ? 2 : 4),
            After("--shape"),
            peers,
            args.Contains("--json"))
        {
            Svg = After("--svg"),
            Soak = TimeSpan.FromMinutes(double.TryParse(After("--minutes"), CultureInfo.InvariantCulture, out var minutes)
                ? Math.Clamp(minutes, 0.2, 600) : 10),
            Objects = int.TryParse(After("--objects"), out var objects) ? Math.Clamp(objects, 10_000, 10_000_000) : 1_000_000,
        };
    }
}
