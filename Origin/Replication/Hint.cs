using System.Text;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Replication;

/// <summary>
/// A debt: the record named here lies on this node because its home was away, and has to be given to the home. Stored as text,
/// <c>node LF B|L LF digest-or-path</c>.
/// </summary>
internal sealed record Hint(string Node, bool IsLink, string Name)
{
    public Digest Key => IsLink ? Digest.OfPath(Name) : Digest.TryParse(Name, out var id) ? id : default;

    public static Hint ForBlob(string node, Digest id) => new(node, false, id.ToString());

    public static Hint ForLink(string node, string path) => new(node, true, path);

    public byte[] ToBytes() => Encoding.UTF8.GetBytes($"{Node}\n{(IsLink ? 'L' : 'B')}\n{Name}");

    /// <summary>Null when the bytes are no hint.</summary>
    public static Hint? Read(ReadOnlySpan<byte> bytes)
    {
        var parts = Encoding.UTF8.GetString(bytes).Split('\n');
        return parts is [{ Length: > 0 } node, "B" or "L", { Length: > 0 } name] ? new Hint(node, parts[1] == "L", name) : null;
    }
}
