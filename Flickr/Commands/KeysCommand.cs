using System.CommandLine;
using System.Globalization;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr keys</c>: the signing keys of the installation.</summary>
internal static class KeysCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Terminal terminal) => new("keys", "Signing keys (operator key)")
    {
        List(terminal), Rotate(terminal), Revoke(terminal), Derive(terminal),
    };

    private static Command List(Terminal terminal) =>
        new Command("list", "Keys with their states; never their material").Does(
        "flickr keys list --json", async (parsed, cancellationToken) =>
        {
            using var controlPlane =
                await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
            var keys = await controlPlane.KeysAsync(cancellationToken);
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(keys, ClientJson.Default.KeyList);
            }
            else
            {
                terminal.WriteTable(["key id", "algorithm", "state", "made", "not after"],
                    keys.Keys.Select(key =>
                    (IReadOnlyList<string>)
                    [
                        key.Kid, key.Algorithm, key.State, PurgeCommand.Instant(key.CreatedMs),
                            PurgeCommand.Instant(key.NotAfterMs),
                    ]));
                terminal.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"version {keys.Version}"));
            }
            return ExitCodes.Done;
        });

    private static Command Rotate(Terminal terminal)
    {
        var algorithm = new Argument<string>("algorithm")
        {
            Description = "ES256 (JSON Web Tokens) or HS256 (signed URLs)",
        };
        algorithm.AcceptOnlyFromAmong("ES256", "HS256");
        var force = new Option<bool>("--force")
        {
            Description = "Wait for no edge: one that lacks the key refuses its tokens until it has fetched it",
        };
        return new Command("rotate",
            "Make a new key; it signs once every live edge knows it") { algorithm, force }.Does(
            "flickr keys rotate ES256", async (parsed, cancellationToken) =>
            {
                using var controlPlane =
                    await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
                return Report(terminal, parsed,
                    await controlPlane.RotateAsync(parsed.GetValue(algorithm)!, parsed.GetValue(force),
                        cancellationToken));
            });
    }

    private static Command Revoke(Terminal terminal)
    {
        var kid = new Argument<string>("kid") { Description = "Key id, from flickr keys list" };
        var wait = new Option<int>("--wait")
        {
            Description = "Seconds to wait for the edges, 0 to 300 [10]",
            DefaultValueFactory = _ => 10,
            HelpName = "SECONDS",
        };
        return new Command("revoke", "Make a key verify nothing any more, at once") { kid, wait }.Does(
            "flickr keys revoke k7Qm", async (parsed, cancellationToken) =>
            {
                using var controlPlane =
                    await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
                var seconds = Math.Clamp(parsed.GetValue(wait), 0, 300);
                var receipt = await controlPlane.RevokeAsync(parsed.GetValue(kid)!,
                    TimeSpan.FromSeconds(seconds), cancellationToken);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(receipt, ClientJson.Default.Receipt);
                }
                else
                {
                    PurgeCommand.Write(terminal, receipt);
                }
                return seconds > 0 && receipt.State != "confirmed" ? ExitCodes.Failed : ExitCodes.Done;
            });
    }

    private static Command Derive(Terminal terminal)
    {
        var host = new Argument<string>("host") { Description = "Host that edges are asked for, as in links" };
        var prefix = new Argument<string>("prefix") { Description = "Path with a slash at its end, such as /alice/nature/" };
        return new Command("derive", "A secret key that signs URLs below a path only, for a service that needs no more")
        {
            host, prefix,
        }.Does("flickr keys derive photos.example.org /alice/nature/", async (parsed, cancellationToken) =>
        {
            using var controlPlane =
                await ControlPlaneClient.OfAsync(Switches.AccountOf(parsed, terminal), cancellationToken);
            var bundle = await controlPlane.DeriveAsync(parsed.GetValue(host)!, parsed.GetValue(prefix)!, cancellationToken);
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(bundle, ClientJson.Default.KeyBundle);
            }
            else
            {
                terminal.Out.WriteLine($"{bundle.Keys[0].Kid} {bundle.Keys[0].Secret}");
            }
            return ExitCodes.Done;
        });
    }

    private static int Report(Terminal terminal, ParseResult parsed, RotatedKey key)
    {
        if (parsed.GetValue(Switches.Json))
        {
            terminal.WriteJson(key, ClientJson.Default.RotatedKey);
        }
        else
        {
            terminal.Out.WriteLine($"key {key.Kid}: {key.State}");
        }
        return ExitCodes.Done;
    }
}
