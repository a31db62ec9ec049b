using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Links;

/// <summary>
/// The paths of a node as directories of names. Thread-safe under one lock: every call is short. Deleted names stay, because
/// a listing of several nodes needs to know that a name is gone.
/// </summary>
internal sealed class LinkIndex(BucketSums sums)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Folder> _folders = new(StringComparer.Ordinal);
    private long _live;

    /// <summary>Paths that point at something.</summary>
    public long Count => Interlocked.Read(ref _live);

    public LinkEntry? Find(string path)
    {
        var (directory, name) = Split(path);
        lock (_gate)
        {
            return _folders.TryGetValue(directory, out var folder) && folder.Files.TryGetValue(name, out var entry)
                ? entry : null;
        }
    }

    /// <summary>Takes a record over unless a newer one is known; returns whether it is the newest now.</summary>
    public bool Apply(string path, LinkEntry entry)
    {
        var (directory, name) = Split(path);
        lock (_gate)
        {
            var folder = FolderAt(directory);
            var existed = folder.Files.TryGetValue(name, out var before);
            if (existed && entry.IsOlderThan(before))
            {
                return false;
            }
            // The same record again takes the older one's place: compaction moves links by writing them again.
            folder.Files[name] = entry;
            if (existed)
            {
                sums.Remove(Digest.OfPath(path), FactBits.Of(before));
            }
            else
            {
                folder.Names.Add(name);
            }
            sums.Add(Digest.OfPath(path), FactBits.Of(entry));
            CountLive(directory, (entry.IsDeleted ? 0 : 1) - (existed && !before.IsDeleted ? 1 : 0));
            return true;
        }
    }

    /// <summary>Notes that the record at this place rotted; the next good copy of it is taken over.</summary>
    public void MarkDamaged(string path, RecordLocation location)
    {
        var (directory, name) = Split(path);
        lock (_gate)
        {
            if (_folders.TryGetValue(directory, out var folder) && folder.Files.TryGetValue(name, out var entry)
                && entry.Location == location && !entry.IsDamaged)
            {
                var damaged = entry with { Flags = entry.Flags | LinkFlags.Damaged };
                folder.Files[name] = damaged;
                sums.Remove(Digest.OfPath(path), FactBits.Of(entry));
                sums.Add(Digest.OfPath(path), FactBits.Of(damaged));
            }
        }
    }

    /// <summary>
    /// Names in a directory (with its trailing slash) after <paramref name="after"/> in ordinal order: sub-directories end in
    /// a slash. Deleted files are among them.
    /// </summary>
    public List<(string Name, LinkEntry? File)> List(string directory, string after, int limit)
    {
        var found = new List<(string, LinkEntry?)>();
        lock (_gate)
        {
            if (!_folders.TryGetValue(directory, out var folder) || folder.Names.Count == 0
                || string.CompareOrdinal(after, folder.Names.Max) >= 0)
            {
                return found;
            }
            foreach (var name in folder.Names.GetViewBetween(after + '\0', folder.Names.Max + '\0'))
            {
                if (name.EndsWith('/'))
                {
                    if (_folders[directory + name].Live == 0)
                    {
                        continue;
                    }
                    found.Add((name, null));
                }
                else
                {
                    found.Add((name, folder.Files[name]));
                }
                if (found.Count == limit)
                {
                    break;
                }
            }
        }
        return found;
    }

    /// <summary>A copy of all paths with their entries.</summary>
    public List<KeyValuePair<string, LinkEntry>> All()
    {
        lock (_gate)
        {
            return [.. _folders.SelectMany(folder => folder.Value.Files.Select(
                file => KeyValuePair.Create(folder.Key + file.Key, file.Value)))];
        }
    }

    public static (string Directory, string Name) Split(string path)
    {
        var slash = path.LastIndexOf('/');
        return (path[..(slash + 1)], path[(slash + 1)..]);
    }

    private Folder FolderAt(string directory)
    {
        if (_folders.TryGetValue(directory, out var folder))
        {
            return folder;
        }
        folder = new Folder();
        _folders.Add(directory, folder);
        if (directory.Length > 1)
        {
            var (parent, name) = Split(directory[..^1]);
            FolderAt(parent).Names.Add(name + '/');
        }
        return folder;
    }

    private void CountLive(string directory, int change)
    {
        if (change == 0)
        {
            return;
        }
        Interlocked.Add(ref _live, change);
        while (true)
        {
            _folders[directory].Live += change;
            if (directory.Length <= 1)
            {
                return;
            }
            directory = Split(directory[..^1]).Directory;
        }
    }

    private sealed class Folder
    {
        public Dictionary<string, LinkEntry> Files { get; } = new(StringComparer.Ordinal);

        public SortedSet<string> Names { get; } = new(StringComparer.Ordinal);

        /// <summary>Live files in here and below.</summary>
        public long Live { get; set; }
    }
}
