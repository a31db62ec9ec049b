using System.CommandLine;
using System.Globalization;
using Flickr.Client;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Commands;

/// <summary><c>flickr token</c>: make, check and take apart the tokens that open photos.</summary>
internal static class TokenCommand
{
    /// <summary>The command with its subcommands.</summary>
    public static Command Create(Terminal terminal) => new("token", "Tokens that open photos on an edge")
    {
        TokenMinting.Create(terminal), Verify(terminal), Explain(terminal),
    };

    private static Command Verify(Terminal terminal)
    {
        var address = new Argument<string>("address")
        {
            Description = "Address with its token, as a browser would ask for it",
        };
        return new Command("verify",
            "Judge an address and its token with the edges' keys (edge key)") { address }.Does(
            "flickr token verify 'http://127.0.0.1:8081/alice/nature/hd/swans_hd.jpg?fs=…'",
                async (parsed, cancellationToken) =>
            {
                var (uri, target) = TargetOf(parsed.GetValue(address)!);
                var found = TokenCarrier.Find(target, cookieHeader: null, out var token);
                if (found != TokenVerdict.Valid)
                {
                    return Report(terminal, parsed, found, null);
                }
                var account = Switches.AccountOf(parsed, terminal);
                using var controlPlane =
                    await ControlPlaneClient.OfAsync(account, account.RoleKey("edge"), cancellationToken);
                var ring = KeyMaterialReading.RingOf(await controlPlane.VerifyKeysAsync(cancellationToken));
                var request =
                    new TokenRequest(uri.Authority, target.Path, IsGetOrHead: true, ClassOf(target.Path));
                var verdict = new TokenVerifier(new TokenVerifierOptions(), TimeProvider.System)
                    .Verify(token.Text, token.Form, request, ring, out var grant);
                return Report(terminal, parsed, verdict, grant);
            });
    }

    private static Command Explain(Terminal terminal)
    {
        var token = new Argument<string>("token") { Description = "A token, or an address that carries one" };
        return new Command("explain",
            "Show what a token says; verifies nothing, needs no server") { token }.Does(
            "flickr token explain 'http://127.0.0.1:8081/alice/nature/hd/swans_hd.jpg?fs=…'", (parsed, _) =>
            {
                var presented = Presented(parsed.GetValue(token)!);
                var explanation = TokenInspector.Explain(presented.Text, presented.Form);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(new TokenFacts(explanation.Form.ToString(), explanation.KeyId,
                        explanation.Algorithm,
                        explanation.Statements.ToDictionary(pair => pair.Key, pair => pair.Value),
                            explanation.Problem),
                        ClientJson.Default.TokenFacts);
                }
                else
                {
                    foreach (var line in explanation.ToString().TrimEnd().Split('\n'))
                    {
                        terminal.Out.WriteLine(Terminal.Printable(line));
                    }
                }
                return Task.FromResult(explanation.Problem is null ? ExitCodes.Done : ExitCodes.Failed);
            });
    }

    /// <summary>Class of a path by its resolution segment, as an edge judges it.</summary>
    internal static PhotoClasses ClassOf(CanonicalPath path)
    {
        if (path.SegmentCount == 3 && path.Segment(2) is "album.json")
        {
            return PhotoClasses.Metadata;
        }
        return path.SegmentCount < 3 ? PhotoClasses.None : path.Segment(2) switch
        {
            "original" => PhotoClasses.Original,
            "thumbnail" => PhotoClasses.Thumb,
            _ => PhotoClasses.Rendition,
        };
    }

    private static PresentedToken Presented(string text)
    {
        if (text.Contains("://", StringComparison.Ordinal))
        {
            return TokenCarrier.Find(TargetOf(text)
                .Target, cookieHeader: null, out var token) == TokenVerdict.Valid
                ? token
                : throw new WrongUseException("the address carries no token, or more than one");
        }
        return new PresentedToken(text.Count(c => c == '.') == 2
            && text.StartsWith("ey", StringComparison.Ordinal)
            ? TokenForm.Jwt
            : TokenForm.Fs1, text);
    }

    /// <summary>
    /// Host and raw target: the target is taken from the text as it is, because <see cref="Uri"/> would
    /// repair it.
    /// </summary>
    private static (Uri Address, CanonicalTarget Target) TargetOf(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            throw new WrongUseException($"'{text}' is no http address");
        }
        var start = text.IndexOf('/', text.IndexOf("://", StringComparison.Ordinal) + 3);
        var raw = start < 0 ? "/" : text[start..];
        return CanonicalTarget.TryParse(raw, out var target, out var refusal)
            ? (uri, target)
            : throw new WrongUseException($"the path is not canonical: {refusal}");
    }

    private static int Report(Terminal terminal, ParseResult parsed, TokenVerdict verdict, AccessGrant? grant)
    {
        if (parsed.GetValue(Switches.Json))
        {
            terminal.WriteJson(new TokenJudgement(verdict == TokenVerdict.Valid, verdict.ToString(),
                grant?.KeyId, grant?.Owner,
                grant?.OwnerEpoch, grant?.Classes.ToString(), grant?.Expires),
                    ClientJson.Default.TokenJudgement);
        }
        else
        {
            var until = grant is null ? ""
                : string.Create(CultureInfo.InvariantCulture,
                $", until {grant.Expires:yyyy-MM-ddTHH:mm:ssZ}");
            terminal.Out.WriteLine(verdict == TokenVerdict.Valid ? $"valid: key {grant?.KeyId}{until}"
                : $"refused: {verdict}");
        }
        return verdict == TokenVerdict.Valid ? ExitCodes.Done : ExitCodes.Failed;
    }
}
