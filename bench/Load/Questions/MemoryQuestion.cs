using Flickr.Load.Peers;

namespace Flickr.Load.Questions;

/// <summary>
/// Resident bytes of a server that holds 20,000 photos of 20 KB. Servers that cache in files (nginx) hold them in the page
/// cache of the machine, which is not counted: the column shows the process, nothing else.
/// </summary>
internal static class MemoryQuestion
{
    public static readonly HitsQuestion.Shape Shape = new("20 KB × 20,000", 20_000, 20_000, 64);

    internal sealed record Seen(string Name, string Version, long EmptyBytes, long FullBytes)
    {
        /// <summary>Resident bytes for each byte of photos.</summary>
        public double Ratio => (FullBytes - EmptyBytes) / (double)((long)Shape.Bytes * Shape.Objects);
    }

    public static List<Seen> Ask(IReadOnlyList<Peer> peers)
    {
        var rows = new List<Seen>();
        foreach (var peer in peers)
        {
            HitsQuestion.Warm(peer, Shape with { Objects = 1 });
            var empty = peer.ResidentBytes;
            HitsQuestion.Warm(peer, Shape);
            rows.Add(new Seen(peer.Name, peer.Version, empty, peer.ResidentBytes));
        }
        return rows;
    }
}
