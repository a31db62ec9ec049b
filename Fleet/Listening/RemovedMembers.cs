using System.Collections.Frozen;
using System.Text.Json;

namespace Flickr.Listening;

/// <summary>
/// Ids of members that were removed, as the numbered log names them. Kept on disk, so that a node that starts while the
/// control plane is away still refuses them. Thread-safe.
/// </summary>
internal sealed class RemovedMembers
{
    private readonly Lock _writing = new();
    private readonly string? _path;
    private volatile Known _known = new(0, FrozenSet<string>.Empty);

    /// <summary>Opens the list at a path; null keeps it in memory only.</summary>
    public RemovedMembers(string? path)
    {
        _path = path;
        if (path is not null && File.Exists(path)
            && JsonSerializer.Deserialize<Page>(File.ReadAllBytes(path), JsonSerializerOptions.Web) is { } page)
        {
            _known = new Known(page.Sequence, page.Removed.ToFrozenSet(StringComparer.Ordinal));
        }
    }

    /// <summary>Somebody was added; called on the thread that added.</summary>
    public event Action? Changed;

    /// <summary>The last sequence of the log that the list covers.</summary>
    public long Sequence => _known.Sequence;

    /// <summary>Whether this member was removed.</summary>
    public bool Contains(string id) => _known.Ids.Contains(id);

    /// <summary>Adds what the log names up to a sequence. Nobody is ever taken off.</summary>
    public void Add(long sequence, IReadOnlyCollection<string> ids)
    {
        if (Take(sequence, ids))
        {
            Changed?.Invoke();
        }
    }

    private bool Take(long sequence, IReadOnlyCollection<string> ids)
    {
        lock (_writing)
        {
            var known = _known;
            if (ids.Count == 0 && sequence <= known.Sequence)
            {
                return false;
            }
            var isNew = ids.Any(id => !known.Ids.Contains(id));
            var all = isNew ? known.Ids.Union(ids).ToFrozenSet(StringComparer.Ordinal) : known.Ids;
            _known = new Known(Math.Max(sequence, known.Sequence), all);
            if (isNew && _path is not null)
            {
                PrivateFile.Write(_path,
                    JsonSerializer.SerializeToUtf8Bytes(new Page(_known.Sequence, [.. all]), JsonSerializerOptions.Web));
            }
            return isNew;
        }
    }

    /// <summary>A page of removals on the wire, and the file.</summary>
    public sealed record Page(long Sequence, IReadOnlyList<string> Removed);

    private sealed record Known(long Sequence, FrozenSet<string> Ids);
}
