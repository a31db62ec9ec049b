using System.CommandLine;
using System.Globalization;
using Flickr.Client;
using Flickr.ControlPlane.Audit;

namespace Flickr.Commands;

/// <summary>
/// <c>flickr audit</c>: who did what on the control plane, and whether the record is whole.
/// </summary>
internal static class AuditCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Terminal terminal) =>
        new("audit", "The control plane's record of deeds (operator key)")
    {
        List(terminal), Verify(terminal),
    };

    private static Command List(Terminal terminal)
    {
        var after = new Option<long>("--after")
        {
            Description = "Only lines with a higher number [0]",
            HelpName = "N",
        };
        return new Command("list", "Lines of the record") { after }.Does("flickr audit list --after 100",
            async (parsed, cancellationToken) =>
            {
                using var controlPlane =
                    await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
                var rows = new List<AuditRow>();
                await foreach (var page in PagesAsync(controlPlane, parsed.GetValue(after),
                    cancellationToken))
                {
                    rows.AddRange(page);
                }
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(new AuditPage(rows), ClientJson.Default.AuditPage);
                }
                else
                {
                    terminal.WriteTable(["number", "at", "actor", "deed", "detail"],
                        rows.Select(row => (IReadOnlyList<string>)
                    [
                        row.Sequence.ToString(CultureInfo.InvariantCulture), PurgeCommand.Instant(row.AtMs),
                            row.Actor, row.Action, row.Detail,
                    ]));
                }
                return ExitCodes.Done;
            });
    }

    /// <summary>
    /// The chain is computed here from what the server sends. It must reach the head that the installation's authority
    /// signed, and go on from the head that was signed when this command last looked: a log that was cut off or written
    /// anew, with everything that the server could say of it, does not.
    /// </summary>
    private static Command Verify(Terminal terminal) =>
        new Command("verify", "Compute the chain of hashes over every line, and compare it with the signed heads").Does(
        "flickr audit verify", async (parsed, cancellationToken) =>
        {
            var account = Switches.AccountOf(parsed, terminal);
            using var controlPlane = await ControlPlaneClient.OfAsync(account, cancellationToken);
            var kept = KeptHead.Read(terminal, account);
            var head = await controlPlane.AuditHeadAsync(cancellationToken);
            var authority = await controlPlane.AuthorityAsync(cancellationToken);
            var chain = new ChainWalk(head, kept);
            await foreach (var page in PagesAsync(controlPlane, 0, cancellationToken))
            {
                if (!chain.Take(page))
                {
                    break;
                }
            }
            var servers = await controlPlane.AuditVerdictAsync(cancellationToken);
            var broken = chain.FirstBreak ?? servers.FirstBreak;
            var stranger = KeptHead.RefusalOf(head, authority, kept);
            var verdict = new AuditVerdict(broken is null && stranger is null && servers.Holds, chain.Count, broken);
            if (verdict.Holds)
            {
                KeptHead.Of(head, authority).Write(terminal, account);
            }
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(verdict, ClientJson.Default.AuditVerdict);
            }
            else
            {
                terminal.Out.WriteLine(verdict.Holds
                    ? string.Create(CultureInfo.InvariantCulture,
                        $"whole: {chain.Count} lines, signed up to {head.Sequence}")
                    : stranger is not null ? "NOT whole: " + stranger
                    : string.Create(CultureInfo.InvariantCulture,
                        $"NOT whole: line {broken} is missing, changed or out of order"));
            }
            return verdict.Holds ? ExitCodes.Done : ExitCodes.Failed;
        });

    private static async IAsyncEnumerable<IReadOnlyList<AuditRow>> PagesAsync(
        ControlPlaneClient controlPlane, long after,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (true)
        {
            var page = await controlPlane.AuditAsync(after, cancellationToken);
            if (page.Rows.Count == 0)
            {
                yield break;
            }
            yield return page.Rows;
            if (page.Rows[^1].Sequence <= after)
            {
                throw new IOException("the record's numbers do not grow");
            }
            after = page.Rows[^1].Sequence;
        }
    }
}
