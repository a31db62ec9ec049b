using System.Globalization;
using System.Text.Json;
using Flickr.Up;

namespace Flickr.Watch;

/// <summary>What an admin listener said, or that it said nothing.</summary>
/// <param name="Name">Name of the node, or its address.</param>
/// <param name="Address">Address of its admin listener.</param>
/// <param name="Status">Its <c>/status.json</c>; null when it did not answer.</param>
/// <param name="ClockSkew">Its clock against ours; null when it did not say.</param>
internal sealed record AdminAnswer(string Name, Uri Address, JsonElement? Status, TimeSpan? ClockSkew);

/// <summary>Asks the admin listeners of a system: those given, else those of <c>flickr up</c>.</summary>
internal static class AdminListener
{
    /// <summary>How far above a program's port its admin listener lies.</summary>
    public const int AdminOffset = 1000;

    /// <summary>Port base of <c>flickr up</c> when nobody says otherwise.</summary>
    public const int DefaultPortBase = 8080;

    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);

    /// <summary>The listeners to ask: name and address.</summary>
    public static IReadOnlyList<(string Name, Uri Address)> Of(string[]? given, int portBase)
    {
        if (given is { Length: > 0 })
        {
            return [.. given.Select(address => (address, Client.Account.AddressOf(address)))];
        }
        (string Name, int Port)[] nodes =
        [
            ("Photos", UpPlan.PhotosPort(portBase)), ("Edge", UpPlan.EdgePort(portBase)),
            ("ControlPlane", UpPlan.ControlPlanePort(portBase)), ("Origin 1", UpPlan.OriginPort(portBase, 0)),
            ("Origin 2", UpPlan.OriginPort(portBase, 1)), ("Origin 3", UpPlan.OriginPort(portBase, 2)),
        ];
        return [.. nodes.Select(node => (node.Name,
            new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{node.Port + AdminOffset}"))))];
    }

    /// <summary>Asks one.</summary>
    public static async Task<AdminAnswer> AskAsync(string name, Uri address, TimeProvider time,
        CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = Bound }) { Timeout = Bound };
        try
        {
            using var answer = await http.GetAsync(new Uri(address, "/status.json"), cancellationToken);
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return new AdminAnswer(name, address, document.RootElement.Clone(), answer.Headers.Date - time.GetUtcNow());
        }
        catch (Exception fault) when (fault is HttpRequestException or JsonException
            || (fault is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new AdminAnswer(name, address, null, null);
        }
    }
}
