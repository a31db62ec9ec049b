using System.CommandLine;
using Flickr.Client;
using Flickr.Doctor;
using Flickr.Up;
using Flickr.Watch;

namespace Flickr.Commands;

/// <summary><c>flickr doctor</c>: whether this machine and what runs on it are as they should be.</summary>
internal static class DoctorCommand
{
    private static readonly TimeSpan SkewMax = TimeSpan.FromSeconds(5);

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var data = new Option<string?>("--data") { Description = "Data directory [the one of flickr up]", HelpName = "DIR" };
        var (portBase, admin) = (StatusCommand.PortBase(), StatusCommand.Admin());
        return new Command("doctor", "Check ports, clocks, disks, limits, reachability and versions") { data, portBase, admin }
            .Does("flickr doctor --data /var/lib/flickr", async (parsed, cancellationToken) =>
            {
                var findings = new List<Finding>(MachineChecks.Run());
                findings.AddRange(DiskChecks.Run(parsed.GetValue(data) ?? UpOptions.DefaultDataDirectory()));
                var given = parsed.GetValue(admin);
                findings.AddRange(await ProgramsAsync(given, parsed.GetValue(portBase), cancellationToken));
                var isOk = findings.All(finding => finding.Kind != FindingKind.Wrong);
                Write(terminal, parsed.GetValue(Switches.Json), findings, isOk);
                return isOk ? ExitCodes.Done : ExitCodes.Failed;
            });
    }

    private static async Task<IReadOnlyList<Finding>> ProgramsAsync(string[]? given, int portBase,
        CancellationToken cancellationToken)
    {
        var findings = new List<Finding>();
        var versions = new HashSet<string>(StringComparer.Ordinal) { Api.Version };
        foreach (var (name, address) in AdminListener.Of(given, portBase))
        {
            var answer = await AdminListener.AskAsync(name, address, TimeProvider.System, cancellationToken);
            if (given is not { Length: > 0 })
            {
                findings.Add(MachineChecks.Port(name + " (admin)", address.Port, answer.Status is not null));
                findings.Add(MachineChecks.Port(name, address.Port - AdminListener.AdminOffset, answer.Status is not null));
            }
            else if (answer.Status is null)
            {
                findings.Add(Finding.Wrong(name, $"{address} does not answer"));
            }
            findings.AddRange(Judge(answer));
            if (answer.Status?.GetProperty("version").GetString() is { } version)
            {
                versions.Add(version);
            }
        }
        if (versions.Count > 1)
        {
            findings.Add(Finding.Warning("versions", $"{string.Join(", ", versions.Order())} run beside each other"));
        }
        return findings;
    }

    /// <summary>Judges what a program says of itself.</summary>
    internal static IEnumerable<Finding> Judge(AdminAnswer answer)
    {
        if (answer.Status is not { } status)
        {
            yield break;
        }
        if (!status.GetProperty("isReady").GetBoolean())
        {
            yield return Finding.Wrong(answer.Name, "runs and is not ready");
        }
        if (answer.ClockSkew?.Duration() > SkewMax)
        {
            yield return Finding.Wrong(answer.Name, $"its clock is {answer.ClockSkew.Value.TotalSeconds:0} s off this one: "
                + "tokens would open too long or not at all");
        }
        foreach (var alert in status.GetProperty("alerts").EnumerateArray()
            .Where(alert => alert.GetProperty("state").GetString() == "firing"))
        {
            yield return Finding.Warning(answer.Name,
                $"{alert.GetProperty("name").GetString()}: {alert.GetProperty("summary").GetString()}");
        }
    }

    private static void Write(Terminal terminal, bool isJson, List<Finding> findings, bool isOk)
    {
        if (isJson)
        {
            terminal.WriteJson(new DoctorReport(isOk, [.. findings.Select(finding =>
                new FindingRow(finding.What, Word(finding.Kind), finding.Text))]), ClientJson.Default.DoctorReport);
            return;
        }
        terminal.WriteTable(["", "what", "finding"], findings.OrderByDescending(finding => finding.Kind).Select(finding =>
            (IReadOnlyList<string>)[Word(finding.Kind), finding.What, finding.Text]));
    }

    private static string Word(FindingKind kind) => kind switch
    {
        FindingKind.Fine => "fine",
        FindingKind.Warning => "warning",
        _ => "WRONG",
    };
}
