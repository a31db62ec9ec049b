using System.CommandLine;
using Flickr.Client;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Commands;

/// <summary>
/// <c>flickr token mint</c>: an address that opens a photo for a while, made by an operator.
/// </summary>
internal static class TokenMinting
{
    private static readonly Argument<string> PathArgument = new("path")
    {
        Description = "Path, e.g. /alice/nature/hd/swans_hd.jpg",
    };

    private static readonly Option<string> Owner = new("--owner")
    {
        Description = "Owner id of what it opens",
        Required = true,
        HelpName = "ID",
    };

    private static readonly Option<long> Epoch = new("--epoch")
    {
        Description = "The owner's epoch [0]",
        HelpName = "N",
    };

    private static readonly Option<string> Form = new("--form")
    {
        Description = "jwt (ES256) or fs1 (HS256)", DefaultValueFactory = _ => "jwt", HelpName = "FORM",
    };

    private static readonly Option<string> Scope = new("--scope")
    {
        Description = "exact, prefix (the path ends in /) or depth (the first two segments)",
            DefaultValueFactory = _ => "exact", HelpName = "SCOPE",
    };

    private static readonly Option<string[]> Classes = new("--class")
    {
        Description = "thumb, rendition, original, metadata; repeat for several [the path's own]",
            HelpName = "CLASS",
    };

    private static readonly Option<int> Minutes = new("--minutes")
    {
        Description = "How long it lasts",
        DefaultValueFactory = _ => 10,
        HelpName = "N",
    };

    private static readonly Option<string?> Edge = new("--edge")
    {
        Description = "Public address of the edge [the installation's]",
        HelpName = "URL",
    };

    private static readonly Option<bool> Once = new("--once") { Description = "Good for one use" };

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Form.AcceptOnlyFromAmong("jwt", "fs1");
        Scope.AcceptOnlyFromAmong("exact", "prefix", "depth");
        Classes.AcceptOnlyFromAmong("thumb", "rendition", "original", "metadata");
        return new Command("mint", "Make an address with a token (service key)")
        {
            PathArgument, Owner, Epoch, Form, Scope, Classes, Minutes, Edge, Once,
        }.Does("flickr token mint /alice/nature/hd/swans_hd.jpg --owner 01HXYZ --epoch 3 --minutes 5",
            (parsed, cancellationToken) => RunAsync(terminal, parsed, cancellationToken));
    }

    private static async Task<int> RunAsync(Terminal terminal, ParseResult parsed,
        CancellationToken cancellationToken)
    {
        if (!CanonicalPath.TryParse(parsed.GetValue(PathArgument)!, out var path, out var refusal))
        {
            throw new WrongUseException($"the path is not canonical: {refusal}");
        }
        var account = Switches.AccountOf(parsed, terminal);
        using var controlPlane =
            await ControlPlaneClient.OfAsync(account, account.RoleKey("service"), cancellationToken);
        var edge = parsed.GetValue(Edge) ?? await EdgeOfAsync(account, cancellationToken);
        var algorithm = parsed.GetValue(Form) == "fs1" ? SigningAlgorithm.HS256 : SigningAlgorithm.ES256;
        var key =
            KeyMaterialReading.MintKeyOf(await controlPlane.MintKeysAsync(cancellationToken), algorithm);
        string address;
        try
        {
            address = new TokenMinter(key, TimeProvider.System)
                .SignUrl(edge, path, version: null, GrantOf(parsed, path));
        }
        catch (MintRefusedException refused)
        {
            throw new WrongUseException($"such a token is not made: {refused.Refusal}");
        }
        if (parsed.GetValue(Switches.Json))
        {
            terminal.WriteJson(new MintedAddress(address, key.KeyId), ClientJson.Default.MintedAddress);
        }
        else
        {
            terminal.Out.WriteLine(address);
        }
        return ExitCodes.Done;
    }

    private static Grant GrantOf(ParseResult parsed, CanonicalPath path)
    {
        var named = parsed.GetValue(Classes) ?? [];
        var classes = named.Length == 0
            ? TokenCommand.ClassOf(path)
            : named.Aggregate(PhotoClasses.None, (all, name) =>
                all | Enum.Parse<PhotoClasses>(name, ignoreCase: true));
        var grant = Grant.ForOwner(parsed.GetValue(Owner)!, parsed.GetValue(Epoch))
            .Open(classes).ExpiresIn(TimeSpan.FromMinutes(parsed.GetValue(Minutes)));
        grant = parsed.GetValue(Scope) switch
        {
            "prefix" => grant.Prefix(path.AsDirectory()),
            "depth" => grant.Depth(2, path),
            _ => grant.Exact(path),
        };
        return parsed.GetValue(Once) ? grant.Once() : grant;
    }

    private static async Task<string> EdgeOfAsync(Account account, CancellationToken cancellationToken)
    {
        using var photos = PhotosClient.Of(account, key: null);
        return (await photos.ServerAsync(cancellationToken)).Edge;
    }
}
