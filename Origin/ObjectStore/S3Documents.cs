using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Flickr.Origin.Links;

namespace Flickr.Origin.ObjectStore;

/// <summary>
/// Small documents that are read, judged and written back only if nobody came in between: by conditional writes of the service, and
/// by a lock of this node, which is all there is where the service takes no conditions. Thread-safe.
/// </summary>
internal sealed class S3Documents(S3Bucket bucket)
{
    private const int AttemptsMax = 20;
    private readonly SemaphoreSlim[] _locks = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

    public async Task<T?> ReadAsync<T>(string key, JsonTypeInfo<T> type, CancellationToken cancellationToken)
        where T : class =>
        await bucket.ReadAsync(key, cancellationToken) is { } found ? JsonSerializer.Deserialize(found.Bytes, type) : null;

    /// <summary>
    /// Changes a document. <paramref name="change"/> says what is to be written, or null for nothing, and what the caller hears; it may
    /// run several times and takes back what it did when its document was not the one that stayed.
    /// </summary>
    public async Task<TResult> ChangeAsync<T, TResult>(string key, JsonTypeInfo<T> type,
        Func<T?, Task<Change<T, TResult>>> change, CancellationToken cancellationToken)
        where T : class
    {
        var gate = _locks[string.GetHashCode(key, StringComparison.Ordinal) & 255];
        await gate.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; ; attempt++)
            {
                var found = await bucket.ReadAsync(key, cancellationToken);
                var wanted = await change(found is null ? null : JsonSerializer.Deserialize(found.Bytes, type));
                if (wanted.Document is null || await bucket.TryWriteAsync(
                    key, JsonSerializer.SerializeToUtf8Bytes(wanted.Document, type), found?.Tag, CancellationToken.None))
                {
                    return wanted.Result;
                }
                if (wanted.Undo is { } undo)
                {
                    await undo();
                }
                if (attempt == AttemptsMax)
                {
                    throw new StoreUnavailableException($"{key} changes too often.");
                }
            }
        }
        finally
        {
            gate.Release();
        }
    }
}

/// <summary>What a document is to become.</summary>
internal readonly record struct Change<T, TResult>(T? Document, TResult Result, Func<Task>? Undo = null)
    where T : class;

/// <summary>What is known of a blob; kept at <c>facts/{digest}</c>.</summary>
/// <param name="Generation">Highest generation of any put, touch or tombstone.</param>
/// <param name="IsDeleted">Whether that was a tombstone.</param>
/// <param name="Length">Length in bytes.</param>
/// <param name="Key">Where the bytes are; empty when they are gone. Never used twice, so a late removal hits nothing newer.</param>
internal sealed record BlobDocument(long Generation, bool IsDeleted, long Length, string Key);

/// <summary>What is known of a path; kept at <c>links/{path}</c>.</summary>
internal sealed record LinkDocument(long Generation, ulong Checksum, Link? Link)
{
    public LinkFact ToFact() => new(Generation, Checksum, Link is null, Link);
}

[JsonSerializable(typeof(BlobDocument))]
[JsonSerializable(typeof(LinkDocument))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class S3Json : JsonSerializerContext;
