using Flickr.Origin.Volumes;

namespace Flickr.Origin.Tests.Volumes;

/// <summary>
/// A disk in memory that behaves as badly as disks may: what was not flushed can be lost sector by sector, a failed flush
/// forgets what it should have written while the page cache still shows it, and any call can be made to fail.
/// </summary>
internal sealed class ForgetfulDisk : IVolumeDisk
{
    public const int SectorBytes = 512;
    private readonly Lock _gate = new();
    private Dictionary<string, Content> _names = new(StringComparer.Ordinal);
    private Dictionary<string, Content> _durableNames = new(StringComparer.Ordinal);
    private int _calls;

    /// <summary>Asked before every call that changes something; throws to make it fail.</summary>
    public Func<int, string, DiskFault>? Fault { get; set; }

    /// <summary>Called before a flush takes effect, outside the lock.</summary>
    public Action? BeforeSync { get; set; }

    public int Calls => _calls;

    public long FreeBytes { get; set; } = long.MaxValue / 4;

    public IReadOnlyList<string> List()
    {
        lock (_gate)
        {
            return [.. _names.Keys];
        }
    }

    public IVolumeFile Create(string name)
    {
        ThrowIf(Next("create"));
        lock (_gate)
        {
            if (_names.ContainsKey(name))
            {
                throw new IOException("exists", 17);
            }
            return new DiskFile(this, _names[name] = new Content());
        }
    }

    public IVolumeFile Open(string name)
    {
        lock (_gate)
        {
            return new DiskFile(this, _names[name]);
        }
    }

    public void Delete(string name)
    {
        lock (_gate)
        {
            _names.Remove(name);
        }
    }

    public void SyncDirectory()
    {
        ThrowIf(Next("sync directory"));
        lock (_gate)
        {
            _durableNames = new Dictionary<string, Content>(_names, StringComparer.Ordinal);
        }
    }

    /// <summary>Bytes written and not flushed, in the order of their places.</summary>
    public long UnflushedSectors
    {
        get
        {
            lock (_gate)
            {
                return _names.Values.Sum(content => (long)content.Dirty.Count);
            }
        }
    }

    /// <summary>The disk after a power cut now. Unflushed sectors survive when <paramref name="survives"/> says so.</summary>
    public ForgetfulDisk AfterPowerCut(Func<long, bool> survives)
    {
        var disk = new ForgetfulDisk { FreeBytes = FreeBytes };
        lock (_gate)
        {
            foreach (var (name, content) in _durableNames)
            {
                disk._names[name] = content.AfterPowerCut(survives);
            }
        }
        disk._durableNames = new Dictionary<string, Content>(disk._names, StringComparer.Ordinal);
        return disk;
    }

    /// <summary>The disk as a restarted process finds it: nothing lost yet, nothing more durable.</summary>
    public ForgetfulDisk AfterKill()
    {
        var disk = new ForgetfulDisk { FreeBytes = FreeBytes };
        lock (_gate)
        {
            foreach (var (name, content) in _names)
            {
                disk._names[name] = content.Copy();
            }
            foreach (var name in _durableNames.Keys.Where(disk._names.ContainsKey))
            {
                disk._durableNames[name] = disk._names[name];
            }
        }
        return disk;
    }

    /// <summary>Changes one bit of what lies on the disk.</summary>
    public void Flip(string name, long offset, int bit)
    {
        lock (_gate)
        {
            _names[name].Cache[offset] ^= (byte)(1 << bit);
            if (offset < _names[name].Durable.Length)
            {
                _names[name].Durable[offset] ^= (byte)(1 << bit);
            }
        }
    }

    public long LengthOf(string name)
    {
        lock (_gate)
        {
            return _names[name].Cache.Length;
        }
    }

    private DiskFault Next(string call) => Fault?.Invoke(Interlocked.Increment(ref _calls), call) ?? DiskFault.None;

    private static void ThrowIf(DiskFault fault)
    {
        if (fault != DiskFault.None)
        {
            throw new IOException(fault.ToString(), fault == DiskFault.Full ? FileRoom.Enospc : FileRoom.Eio);
        }
    }

    private sealed class Content
    {
        public byte[] Cache { get; set; } = [];

        public byte[] Durable { get; set; } = [];

        public SortedSet<long> Dirty { get; } = [];

        public Content Copy()
        {
            var copy = new Content { Cache = [.. Cache], Durable = [.. Durable] };
            copy.Dirty.UnionWith(Dirty);
            return copy;
        }

        public Content AfterPowerCut(Func<long, bool> survives)
        {
            var bytes = new byte[Math.Max(Durable.Length, Dirty.Count > 0 ? Cache.Length : 0)];
            Durable.CopyTo(bytes, 0);
            foreach (var sector in Dirty.Where(survives))
            {
                var start = (int)(sector * SectorBytes);
                var count = Math.Min(SectorBytes, Cache.Length - start);
                if (count > 0)
                {
                    Cache.AsSpan(start, count).CopyTo(bytes.AsSpan(start));
                }
            }
            return new Content { Cache = bytes, Durable = [.. bytes] };
        }
    }

    private sealed class DiskFile(ForgetfulDisk disk, Content content) : IVolumeFile
    {
        public long Length
        {
            get
            {
                lock (disk._gate)
                {
                    return content.Cache.Length;
                }
            }
        }

        public int Read(long offset, Span<byte> buffer)
        {
            lock (disk._gate)
            {
                var count = (int)Math.Clamp(content.Cache.Length - offset, 0, buffer.Length);
                content.Cache.AsSpan((int)Math.Min(offset, content.Cache.Length), count).CopyTo(buffer);
                return count;
            }
        }

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
            ValueTask.FromResult(Read(offset, buffer.Span));

        public void Write(long offset, IReadOnlyList<ReadOnlyMemory<byte>> parts)
        {
            var fault = disk.Next("write");
            byte[] bytes = [.. parts.SelectMany(part => part.ToArray())];
            // A short write leaves half of the bytes behind before it fails.
            bytes = fault == DiskFault.Short ? bytes[..(bytes.Length / 2)] : fault == DiskFault.None ? bytes : [];
            lock (disk._gate)
            {
                if (content.Cache.Length < offset + bytes.Length)
                {
                    content.Cache = [.. content.Cache, .. new byte[offset + bytes.Length - content.Cache.Length]];
                }
                bytes.CopyTo(content.Cache, offset);
                for (var sector = offset / SectorBytes; sector * SectorBytes < offset + bytes.Length; sector++)
                {
                    content.Dirty.Add(sector);
                }
            }
            ThrowIf(fault);
        }

        public void Allocate(long length)
        {
            ThrowIf(disk.Next("allocate"));
            lock (disk._gate)
            {
                content.Cache = [.. content.Cache, .. new byte[Math.Max(0, length - content.Cache.Length)]];
            }
        }

        public void Truncate(long length)
        {
            ThrowIf(disk.Next("truncate"));
            lock (disk._gate)
            {
                content.Cache = content.Cache[..(int)Math.Min(length, content.Cache.Length)];
                content.Dirty.RemoveWhere(sector => sector * SectorBytes >= length);
            }
        }

        public void Sync()
        {
            disk.BeforeSync?.Invoke();
            var fault = disk.Next("sync");
            lock (disk._gate)
            {
                if (fault == DiskFault.None)
                {
                    var durable = new byte[content.Cache.Length];
                    content.Durable.AsSpan(0, Math.Min(content.Durable.Length, durable.Length)).CopyTo(durable);
                    foreach (var sector in content.Dirty)
                    {
                        var start = (int)(sector * SectorBytes);
                        var count = Math.Min(SectorBytes, content.Cache.Length - start);
                        content.Cache.AsSpan(start, count).CopyTo(durable.AsSpan(start));
                    }
                    content.Durable = durable;
                }
                // Failed or not, the kernel calls the pages clean.
                content.Dirty.Clear();
            }
            ThrowIf(fault);
        }

        public void Dispose()
        {
        }
    }
}

/// <summary>How a call of the disk fails.</summary>
internal enum DiskFault
{
    None,
    Failing,
    Full,
    Short,
}
