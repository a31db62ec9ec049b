namespace Flickr.Drills;

/// <summary>
/// Breaks real processes and says what was seen: <c>dotnet run -c Release --project bench/Drills -- faults</c>, <c>slow</c>,
/// <c>restart</c>, <c>soak SECONDS</c>. The exit code counts the rows that missed their figure.
/// </summary>
internal static class Program
{
    public static async Task<int> Main(string[] args)
    {
        var rows = args switch
        {
            ["faults"] => await FaultDrills.RunAsync(),
            ["slow"] => await LoadDrills.SlowAsync(attackers: 1000),
            ["restart"] => await LoadDrills.RestartAsync(),
            ["soak", var seconds] => await LoadDrills.SoakAsync(TimeSpan.FromSeconds(
                Math.Clamp(int.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture), 10, 1800))),
            _ => null,
        };
        if (rows is null)
        {
            await Console.Error.WriteLineAsync("faults | slow | restart | soak SECONDS (10 to 1800)");
            return 2;
        }
        Console.WriteLine("| drill | done | seen | figure | |\n|---|---|---|---|---|");
        foreach (var row in rows)
        {
            Console.WriteLine($"| {row.Name} | {row.Done} | {row.Seen} | {row.Figure} | {(row.IsMet ? "met" : "MISSED")} |");
        }
        return rows.Count(row => !row.IsMet);
    }
}

/// <summary>One row of a drill's table.</summary>
/// <param name="Name">Which fault.</param>
/// <param name="Done">What was done.</param>
/// <param name="Seen">What was seen.</param>
/// <param name="Figure">What was to be seen.</param>
/// <param name="IsMet">Whether it was.</param>
internal sealed record DrillRow(string Name, string Done, string Seen, string Figure, bool IsMet);
