using System.CommandLine;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr login</c>: keeps an API key (and an operator key) for later commands.</summary>
internal static class LoginCommand
{
    /// <summary>The command with its options.</summary>
    public static Command Create(Terminal terminal)
    {
        var name = new Option<string?>("--name")
        {
            Description = "Account name; its password is asked for",
            HelpName = "NAME",
        };
        var key = new Option<string?>("--key")
        {
            Description = "API key to keep instead of a password",
            HelpName = "KEY",
        };
        var operatorKey = new Option<string?>("--operator-key-file")
        {
            Description = "File with an operator key to keep, e.g. DATA/secrets/operator.key",
            HelpName = "FILE",
        };
        var label = new Option<string>("--label")
        {
            Description = "What the new key is called in the list of keys",
            DefaultValueFactory = _ => "flickr on " + Environment.MachineName,
            HelpName = "TEXT",
        };
        var command = new Command("login", "Keep a key for later commands")
        {
            name, key, operatorKey, label, Passwords.FromStandardInput,
        };
        return command.Does("flickr login --server http://127.0.0.1:8080 --name alice",
            async (parsed, cancellationToken) =>
        {
            var account = Switches.AccountOf(parsed, terminal);
            var path = Credentials.PathUnder(terminal.Variable("XDG_CONFIG_HOME"));
            var server = account.Server.GetLeftPart(UriPartial.Authority);
            var kept = Credentials.Read(path) is { } before && before.Server == server
                ? before
                : new Credentials(server, null, null, null);
            if (parsed.GetValue(operatorKey) is { } file)
            {
                kept = kept with { OperatorKey = (await File.ReadAllTextAsync(file, cancellationToken))
                    .Trim() };
            }
            if (parsed.GetValue(key) is { } given)
            {
                kept = await KeepAsync(account, kept, given, cancellationToken);
            }
            else if (parsed.GetValue(name) is { } accountName)
            {
                var password = Passwords.Read(terminal, parsed.GetValue(Passwords.FromStandardInput));
                using var photos = PhotosClient.Of(account, key: null);
                var made = await photos.NewKeyAsync(parsed.GetValue(label)!, accountName, password,
                    cancellationToken);
                kept = await KeepAsync(account, kept, made.Key, cancellationToken);
            }
            else if (parsed.GetValue(operatorKey) is null)
            {
                throw new WrongUseException("give --name, --key or --operator-key-file");
            }
            kept.Write(path);
            return Report(terminal, parsed, new LoginResult(server, kept.Name, path));
        });
    }

    /// <summary>A key is kept only when the server knows it.</summary>
    private static async Task<Credentials> KeepAsync(
        Account account, Credentials kept, string key, CancellationToken cancellationToken)
    {
        using var photos = PhotosClient.Of(account, key);
        var me = await photos.MeAsync(cancellationToken);
        return kept with { Key = key, Name = me.Name };
    }

    private static int Report(Terminal terminal, ParseResult parsed, LoginResult result)
    {
        if (parsed.GetValue(Switches.Json))
        {
            terminal.WriteJson(result, ClientJson.Default.LoginResult);
        }
        else
        {
            terminal.Out.WriteLine(
                $"signed in at {result.Server}{(result.Name is null ? "" : " as " + result.Name)}; kept in {result.File}");
        }
        return ExitCodes.Done;
    }
}
