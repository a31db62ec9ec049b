using System.CommandLine;
using Flickr.Client;

namespace Flickr.Commands;

/// <summary><c>flickr login</c>: keeps an API key (and an operator key) for later commands.</summary>
internal static class LoginCommand
{
    private static readonly Option<string?> Name = new("--name")
    {
        Description = "Account name; its password is asked for",
        HelpName = "NAME",
    };

    private static readonly Option<string?> Key = new("--key")
    {
        Description = "API key to keep instead of a password",
        HelpName = "KEY",
    };

    private static readonly Option<string?> OperatorKeyFile = new("--operator-key-file")
    {
        Description = "File with an operator key to keep, e.g. DATA/secrets/operator.key",
        HelpName = "FILE",
    };

    private static readonly Option<string> Label = new("--label")
    {
        Description = "What the new key is called in the list of keys",
        DefaultValueFactory = _ => "flickr on " + Environment.MachineName,
        HelpName = "TEXT",
    };

    /// <summary>The command with its options.</summary>
    public static Command Create(Terminal terminal) => new Command("login", "Keep a key for later commands")
    {
        Name, Key, OperatorKeyFile, Label, Passwords.FromStandardInput,
    }.Does("flickr login --server http://127.0.0.1:8080 --name alice",
        (parsed, cancellationToken) => RunAsync(terminal, parsed, cancellationToken));

    private static async Task<int> RunAsync(
        Terminal terminal, ParseResult parsed, CancellationToken cancellationToken)
    {
        var account = Switches.AccountOf(parsed, terminal);
        var path = Credentials.PathUnder(terminal.Variable("XDG_CONFIG_HOME"));
        var server = account.Server.GetLeftPart(UriPartial.Authority);
        var kept = Credentials.Read(path) is { } before && before.Server == server
            ? before
            : new Credentials(server, null, null, null);
        if (parsed.GetValue(OperatorKeyFile) is { } file)
        {
            kept = kept with { OperatorKey = (await File.ReadAllTextAsync(file, cancellationToken)).Trim() };
        }
        if (await KeyOfAccountAsync(terminal, parsed, account, cancellationToken) is { } key)
        {
            kept = await KeepAsync(account, kept, key, cancellationToken);
        }
        else if (parsed.GetValue(OperatorKeyFile) is null)
        {
            throw new WrongUseException("give --name, --key or --operator-key-file");
        }
        kept.Write(path);
        return Report(terminal, parsed, new LoginResult(server, kept.Name, path));
    }

    /// <summary>
    /// The key that was given, or a new one made with the account's password; null when neither was asked
    /// for.
    /// </summary>
    private static async Task<string?> KeyOfAccountAsync(
        Terminal terminal, ParseResult parsed, Account account, CancellationToken cancellationToken)
    {
        if (parsed.GetValue(Key) is { } given)
        {
            return given;
        }
        if (parsed.GetValue(Name) is not { } name)
        {
            return null;
        }
        var password = Passwords.Read(terminal, parsed.GetValue(Passwords.FromStandardInput));
        using var photos = PhotosClient.Of(account, key: null);
        return (await photos.NewKeyAsync(parsed.GetValue(Label)!, name, password, cancellationToken)).Key;
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
            return ExitCodes.Done;
        }
        var who = result.Name is null ? "" : " as " + result.Name;
        terminal.Out.WriteLine($"signed in at {result.Server}{who}; kept in {result.File}");
        return ExitCodes.Done;
    }
}
