using System.CommandLine;
using System.Globalization;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr nodes</c>: edges and members as the control plane sees them.</summary>
internal static class NodesCommand
{
    /// <summary>The command with its subcommands; alone it lists.</summary>
    public static Command Create(Terminal terminal) =>
        new Command("nodes", "Edges with their lag, and nodes that joined (operator key)")
        {
            List(terminal), Invite(terminal), Remove(terminal), Heal(terminal),
        }.Does("flickr nodes", (parsed, cancellationToken) => ListAsync(terminal, parsed, cancellationToken));

    private static Command List(Terminal terminal) =>
        new Command("list", "Edges with their lag, and nodes that joined").Does("flickr nodes list",
            (parsed, cancellationToken) => ListAsync(terminal, parsed, cancellationToken));

    private static Command Invite(Terminal terminal)
    {
        var role = new Option<string>("--role") { Description = "edge, origin, photos or control-plane", Required = true };
        role.AcceptOnlyFromAmong("edge", "origin", "photos", "control-plane");
        var name = new Option<string?>("--name") { Description = "Name that the node must have [any that is free]" };
        var zone = new Option<string?>("--zone") { Description = "Where it stands, for the list" };
        var minutes = new Option<int?>("--minutes") { Description = "Life of the token, 1 to 10080 [60]", HelpName = "N" };
        return new Command("invite", "Print a join token: one node joins with it, once") { role, name, zone, minutes }.Does(
            "flickr nodes invite --role edge --name edge-fra-1", async (parsed, cancellationToken) =>
            {
                using var controlPlane =
                    await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
                var invited = await controlPlane.InviteAsync(new InviteOrder(parsed.GetValue(role)!, parsed.GetValue(name),
                    parsed.GetValue(zone), parsed.GetValue(minutes) * 60L), cancellationToken);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(invited, ClientJson.Default.InvitedNode);
                }
                else
                {
                    terminal.Out.WriteLine(invited.Token);
                    terminal.Error.WriteLine($"good for one node until {PurgeCommand.Instant(invited.ExpiresMs)}");
                }
                return ExitCodes.Done;
            });
    }

    private static Command Remove(Terminal terminal)
    {
        var member = new Argument<string>("member") { Description = "Name or id, from flickr nodes list" };
        var stolen = new Option<bool>("--stolen")
        {
            Description = "The keys that it knew verify nothing from now on, instead of retiring",
        };
        return new Command("remove", "Refuse a node everywhere, at once, and replace the keys that it knew")
        {
            member, stolen,
        }.Does("flickr nodes remove edge-fra-1", async (parsed, cancellationToken) =>
        {
            using var controlPlane =
                await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
            var receipt = await controlPlane.RemoveAsync(parsed.GetValue(member)!, parsed.GetValue(stolen),
                TimeSpan.FromSeconds(10), cancellationToken);
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(receipt, ClientJson.Default.Receipt);
            }
            else
            {
                PurgeCommand.Write(terminal, receipt);
            }
            return ExitCodes.Done;
        });
    }

    private static Command Heal(Terminal terminal)
    {
        var term = new Option<long>("--term") { Description = "At least above this term [what edges have shown]", HelpName = "N" };
        var sequence = new Option<long>("--sequence")
        {
            Description = "At least above this sequence [what edges have shown]",
            HelpName = "N",
        };
        return new Command("heal",
            "After an old copy of the control plane's database was restored: make edges follow it again. Purges everything and replaces every signing key")
        {
            term, sequence,
        }.Does("flickr nodes heal", async (parsed, cancellationToken) =>
        {
            using var controlPlane =
                await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
            var healed = await controlPlane.HealAsync(parsed.GetValue(term), parsed.GetValue(sequence), cancellationToken);
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(healed, ClientJson.Default.HealedLog);
            }
            else
            {
                terminal.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"term {healed.Term} begins at {healed.Sequence}; receipt {healed.Receipt}"));
            }
            return ExitCodes.Done;
        });
    }

    private static async Task<int> ListAsync(Terminal terminal, ParseResult parsed, CancellationToken cancellationToken)
    {
        using var controlPlane =
            await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
        var members = await controlPlane.MembersAsync(cancellationToken);
        if (parsed.GetValue(Switches.Json))
        {
            terminal.WriteJson(members, ClientJson.Default.MemberList);
            return ExitCodes.Done;
        }
        terminal.WriteTable(["edge", "address", "state", "sequence", "lag"],
            members.Edges.Select(edge =>
            (IReadOnlyList<string>)
            [
                edge.Id, edge.Address ?? "", edge.Live ? "live" : "away",
                edge.Acknowledged.ToString(CultureInfo.InvariantCulture),
                edge.LagMs is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag} ms") : "-",
            ]));
        if (members.Nodes is { Count: > 0 } nodes)
        {
            terminal.WriteTable(["member", "role", "zone", "joined", "certificate until", "id"],
                nodes.Select(node => (IReadOnlyList<string>)
                [
                    node.Name, node.Role, node.Zone ?? "", PurgeCommand.Instant(node.JoinedMs),
                    node.RemovedMs is { } removed ? "removed " + PurgeCommand.Instant(removed)
                        : PurgeCommand.Instant(node.NotAfterMs),
                    node.Id,
                ]));
        }
        return ExitCodes.Done;
    }
}
