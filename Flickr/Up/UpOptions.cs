namespace Flickr.Up;

/// <summary>
/// What <c>flickr up</c> was asked for on the command line.
/// </summary>
/// <param name="PortBase">Port of Photos; the others follow from it (<see cref="UpPlan"/>). 1 to
/// 64,523.</param>
/// <param name="Host">Address that Photos, Edge and ControlPlane bind to, e.g. <c>127.0.0.1</c> or
/// <c>0.0.0.0</c>.</param>
/// <param name="PublicHost">Name that browsers use to reach this machine.</param>
/// <param name="DataDirectory">Where all state lives; made when missing.</param>
/// <param name="Verbose">Whether the programs' Information messages are shown too.</param>
/// <param name="Json">Whether the addresses are printed as one JSON document.</param>
/// <param name="Members">Whether the nodes join by token and speak mutual TLS instead of showing shared keys.</param>
internal sealed record UpOptions(
    int PortBase, string Host, string PublicHost, string DataDirectory, bool Verbose, bool Json,
    bool Members = false)
{
    /// <summary>Highest port base for which every port of the plan is still a port number.</summary>
    public const int PortBaseMax = 65_535 - 1_012;

    /// <summary>
    /// The user's data directory: <c>$XDG_DATA_HOME/flickr</c>, else <c>~/.local/share/flickr</c>.
    /// </summary>
    public static string DefaultDataDirectory()
    {
        var dataHome = Environment.GetEnvironmentVariable("XDG_DATA_HOME");
        if (string.IsNullOrEmpty(dataHome) || !Path.IsPathRooted(dataHome))
        {
            var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            dataHome = Path.Combine(home.Length == 0 ? Path.GetTempPath() : home, ".local", "share");
        }
        return Path.Combine(dataHome, "flickr");
    }

    /// <summary>
    /// The name browsers use when the operator gave none: the bind address, or localhost for a wildcard.
    /// </summary>
    public static string DefaultPublicHost(string host) => host is "0.0.0.0" or "::" or "[::]" ? "localhost"
        : host;
}
