using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Log;
using Flickr.Edge.Cache.Memory;
using Microsoft.Extensions.Logging.Abstractions;

namespace Flickr.Edge.Tests.Cache.Log;

/// <summary>A folder for one log tier, deleted at the end.</summary>
internal sealed class LogFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("flickr-log-").FullName;

    public string LogPath => System.IO.Path.Combine(Path, "log");

    public IEnumerable<string> Segments => Directory.EnumerateFiles(LogPath, "log.*");

    public long DiskBytes => Directory.EnumerateFiles(Path, "*",
        SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length);

    /// <summary>A small log: pages and segments of 4 MiB at 64 MiB.</summary>
    public static EdgeLogOptions Options(long bytesMax = 64 << 20, Action<EdgeLogOptions>? change = null)
    {
        var options = new EdgeLogOptions { BytesMax = bytesMax, AdmitAll = true };
        change?.Invoke(options);
        return options;
    }

    public LogTier Open(EdgeLogOptions? options = null, TimeProvider? time = null) =>
        LogTier.Open(options ?? Options(), Path, time ?? TimeProvider.System, NullLogger.Instance);

    public void Dispose() => Directory.Delete(Path, recursive: true);

    /// <summary>Writes through a writer, as a fill of a large body does.</summary>
    public static bool Write(LogTier tier, in CacheKey key, ReadOnlySpan<byte> body, string head = "head",
        long fillSequence = 1)
    {
        using var writer = tier.StartWrite(key, body.Length);
        return writer is not null
            && writer.TryAppend(body)
            && writer.Commit(System.Text.Encoding.UTF8.GetBytes(head), fillSequence);
    }

    /// <summary>Admits out of a RAM tier, as an evicted object is.</summary>
    public static bool Admit(LogTier tier, MemoryTier memory, in CacheKey key, ReadOnlySpan<byte> body,
        long fillSequence = 1)
    {
        Assert.Equal(CommitOutcome.Stored, TestBody.Store(memory, key, body, fillSequence));
        Assert.True(memory.TryGet(key, out var lease));
        return tier.TryAdmit(lease);
    }

    /// <summary>The whole body; null when object or a chunk is missing.</summary>
    public static async Task<(byte[] Body, string Head, long FillSequence)?> ReadAsync(LogTier tier,
        CacheKey key)
    {
        using var found = await tier.ReadAsync(key, CancellationToken.None);
        if (found is null)
        {
            return null;
        }
        var body = new MemoryStream();
        for (var i = 0; i < found.ChunkCount; i++)
        {
            using var chunk = await found.ReadChunkAsync(i, CancellationToken.None);
            if (chunk is null)
            {
                return null;
            }
            body.Write(chunk.Memory.Span);
        }
        Assert.Equal(found.Length, body.Length);
        return (body.ToArray(), System.Text.Encoding.UTF8.GetString(found.Head.Span), found.FillSequence);
    }
}
