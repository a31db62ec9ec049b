using System.CommandLine;
using System.Globalization;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr nodes</c>: the edges as the control plane sees them.</summary>
internal static class NodesCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal) =>
        new Command("nodes", "Edges with their lag (operator key)").Does(
        "flickr nodes", async (parsed, cancellationToken) =>
        {
            using var controlPlane =
                await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
            var members = await controlPlane.MembersAsync(cancellationToken);
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(members, ClientJson.Default.MemberList);
            }
            else
            {
                terminal.WriteTable(["edge", "address", "state", "sequence", "lag"],
                    members.Edges.Select(edge =>
                    (IReadOnlyList<string>)
                    [
                        edge.Id, edge.Address ?? "", edge.Live ? "live" : "away",
                        edge.Acknowledged.ToString(CultureInfo.InvariantCulture),
                        edge.LagMs is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag} ms")
                            : "-",
                    ]));
            }
            return ExitCodes.Done;
        });
}
