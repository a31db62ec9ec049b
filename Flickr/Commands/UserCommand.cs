using System.CommandLine;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr user add</c> and <c>reset</c>: accounts, by an operator.</summary>
internal static class UserCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Terminal terminal)
    {
        var name = new Argument<string>("name")
        {
            Description = "Account name; the first segment of its photos' paths",
        };
        var add = new Command("add", "Make an account and print its first API key (operator key)")
        {
            name, Passwords.FromStandardInput,
        };
        add.Does("flickr user add alice", async (parsed, cancellationToken) =>
        {
            var account = Switches.AccountOf(parsed, terminal);
            var operatorKey = account.OperatorKey;
            var password = Passwords.Read(terminal, parsed.GetValue(Passwords.FromStandardInput));
            using var photos = PhotosClient.Of(account, operatorKey);
            var user = await photos.AddUserAsync(parsed.GetValue(name)!, password, cancellationToken);
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(user, ClientJson.Default.NewUser);
            }
            else
            {
                terminal.Out.WriteLine($"account {user.Name} ({user.Id})");
                terminal.Out.WriteLine($"key     {user.Key}");
                terminal.Error.WriteLine(
                    "The key is shown this once: keep it in FLICKR_KEY or with flickr login --key.");
            }
            return ExitCodes.Done;
        });
        return new Command("user", "Accounts") { add, Reset(terminal) };
    }

    private static Command Reset(Terminal terminal)
    {
        var name = new Argument<string>("name") { Description = "Account that has forgotten its password" };
        var reset = new Command("reset", "Print a link that sets a new password, once, within an hour (operator key)") { name };
        return reset.Does("flickr user reset alice", async (parsed, cancellationToken) =>
        {
            var account = Switches.AccountOf(parsed, terminal);
            using var photos = PhotosClient.Of(account, account.OperatorKey);
            var link = await photos.ResetPasswordAsync(parsed.GetValue(name)!, cancellationToken);
            if (parsed.GetValue(Switches.Json))
            {
                terminal.WriteJson(link, ClientJson.Default.PasswordReset);
            }
            else
            {
                terminal.Out.WriteLine(link.Url);
            }
            return ExitCodes.Done;
        });
    }
}
