using Flickr.Commands;
using Flickr.Up;

namespace Flickr.Client;

/// <summary>
/// Whom a command speaks to and as whom. Server: <c>--server</c>, <c>FLICKR_SERVER</c>, <c>flickr login</c>,
/// the default port on this machine. Keys: the environment, then <c>flickr login</c>, and only for the server
/// that they were given for.
/// </summary>
internal sealed class Account
{
    private const string DefaultServer = "http://127.0.0.1:8080";

    private readonly string? _key;
    private readonly Func<string?> _operatorKey;
    private readonly Terminal _terminal;

    private Account(Uri server, string? key, string? controlPlane, Func<string?> operatorKey,
        Terminal terminal) =>
        (Server, _key, ControlPlaneAddress, _operatorKey, _terminal) =
            (server, key, controlPlane, operatorKey, terminal);

    /// <summary>Address of Photos.</summary>
    public Uri Server { get; }

    /// <summary>
    /// Address of the control plane when the environment gives one, else null: Photos knows it.
    /// </summary>
    public string? ControlPlaneAddress { get; }

    /// <summary>Key of the account.</summary>
    /// <exception cref="WrongUseException">There is none.</exception>
    public string Key => _key ??
        throw new WrongUseException(
            $"no key for {Server.GetLeftPart(UriPartial.Authority)}: run flickr login, or set FLICKR_KEY");

    /// <summary>Key of an operator.</summary>
    /// <exception cref="WrongUseException">There is none.</exception>
    public string OperatorKey => _operatorKey() ?? throw new WrongUseException(
        "no operator key: set FLICKR_OPERATOR_KEY, or run flickr login --operator-key-file DATA/secrets/operator.key");

    /// <summary>
    /// Key of a node's role, <c>edge</c> or <c>service</c>: signing keys are not for operators to read.
    /// </summary>
    /// <exception cref="WrongUseException">There is none.</exception>
    public string RoleKey(string role)
    {
        var variable = $"FLICKR_{role.ToUpperInvariant()}_KEY";
        return _terminal.Variable(variable) ?? KeyOfThisMachine(Server, role)
            ?? throw new WrongUseException(
                $"no {role} key: set {variable} (flickr up keeps it in DATA/secrets/{role}.key)");
    }

    /// <summary>Works out the account from the option, the environment and the kept credentials.</summary>
    /// <exception cref="WrongUseException">The server's address is none.</exception>
    public static Account Resolve(Terminal terminal, string? serverOption)
    {
        var credentials = Credentials.Read(Credentials.PathUnder(terminal.Variable("XDG_CONFIG_HOME")));
        var server = AddressOf(serverOption ?? terminal.Variable("FLICKR_SERVER") ?? credentials?.Server
            ?? DefaultServer);
        var kept = credentials is not null && AddressOf(credentials.Server) == server ? credentials : null;
        var key = terminal.Variable("FLICKR_KEY");
        return new Account(server, key ?? kept?.Key, terminal.Variable("FLICKR_CONTROL_PLANE"),
            () => terminal.Variable("FLICKR_OPERATOR_KEY") ?? key ?? kept?.OperatorKey
                ?? KeyOfThisMachine(server, "operator"), terminal);
    }

    /// <summary>An address as <c>http://host:port</c>; anything else is wrong use.</summary>
    public static Uri AddressOf(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new Uri(uri!.GetLeftPart(UriPartial.Authority))
            : throw new WrongUseException($"'{text}' is not an address such as {DefaultServer}");

    /// <summary>
    /// The key that <c>flickr up</c> made in its default place, when the server is this machine and this user
    /// may read it: the first hour then needs no copying of keys.
    /// </summary>
    private static string? KeyOfThisMachine(Uri server, string role)
    {
        var path = Path.Combine(UpOptions.DefaultDataDirectory(), "secrets", role + ".key");
        try
        {
            return server.IsLoopback && File.Exists(path) ? File.ReadAllText(path).Trim() : null;
        }
        catch (UnauthorizedAccessException)
        {
            return null;
        }
    }
}
