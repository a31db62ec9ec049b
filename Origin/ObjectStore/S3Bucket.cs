using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace Flickr.Origin.ObjectStore;

/// <summary>
/// One bucket of an S3-compatible service, with the few calls that are needed of it. Thread-safe. Whatever keeps the service from
/// answering is a <see cref="StoreUnavailableException"/>.
/// </summary>
internal sealed class S3Bucket : IDisposable
{
    private readonly AmazonS3Client _client;
    private readonly S3Options _options;
    private readonly string _bucket;

    public S3Bucket(S3Options options, string bucket)
    {
        _options = options;
        _bucket = bucket;
        var secret = options.SecretKeyFile.Length > 0 ? File.ReadAllText(options.SecretKeyFile).Trim() : options.SecretKey;
        _client = new AmazonS3Client(new BasicAWSCredentials(options.AccessKey, secret), new AmazonS3Config
        {
            ServiceURL = options.ServiceUrl,
            AuthenticationRegion = options.Region,
            ForcePathStyle = true,
            Timeout = options.Timeout,
            MaxErrorRetry = 3,
            // Checksums of newer SDKs travel in trailers that many services do not know; ours are checked end to end anyway.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        });
    }

    /// <summary>Reads a small object with its entity tag; null when there is none.</summary>
    public Task<StoredDocument?> ReadAsync(string key, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        using var answer = await _client.GetObjectAsync(_bucket, key, cancellationToken);
        using var bytes = new MemoryStream();
        await answer.ResponseStream.CopyToAsync(bytes, cancellationToken);
        return new StoredDocument(bytes.ToArray(), answer.ETag);
    }, cancellationToken);

    /// <summary>
    /// Writes a small object if nobody changed it since it was read; false when somebody did.
    /// </summary>
    /// <param name="key">Its name.</param>
    /// <param name="bytes">The new content.</param>
    /// <param name="tag">Entity tag that was read; null when there was nothing.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> TryWriteAsync(string key, byte[] bytes, string? tag, CancellationToken cancellationToken)
    {
        var request = new PutObjectRequest
        {
            BucketName = _bucket, Key = key, InputStream = new MemoryStream(bytes), UseChunkEncoding = false,
            ContentType = "application/json",
        };
        if (_options.ConditionalWrites)
        {
            request.IfMatch = tag;
            request.IfNoneMatch = tag is null ? "*" : null;
        }
        try
        {
            await GuardAsync(() => _client.PutObjectAsync(request, cancellationToken), cancellationToken);
            return true;
        }
        catch (ConditionFailedException)
        {
            return false;
        }
    }

    /// <summary>Sends a large object, in parts when it is long. It is there whole or not at all.</summary>
    public Task UploadAsync(string key, Stream bytes, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        if (bytes.Length < _options.MultipartBytesMin)
        {
            return await _client.PutObjectAsync(new PutObjectRequest
            {
                BucketName = _bucket, Key = key, InputStream = bytes, AutoCloseStream = false, UseChunkEncoding = false,
            }, cancellationToken);
        }
        await UploadPartsAsync(key, bytes, cancellationToken);
        return new PutObjectResponse();
    }, cancellationToken);

    /// <summary>A part of an object's bytes; null when there is no such object. The caller disposes the stream.</summary>
    public Task<Stream?> OpenAsync(string key, long offset, long length, CancellationToken cancellationToken) => GuardAsync(async () =>
    {
        if (length == 0)
        {
            return Stream.Null;
        }
        var answer = await _client.GetObjectAsync(new GetObjectRequest
        {
            BucketName = _bucket, Key = key, ByteRange = new ByteRange(offset, offset + length - 1),
        }, cancellationToken);
        return (Stream?)answer.ResponseStream;
    }, cancellationToken);

    /// <summary>Removes an object; it is no error when there is none.</summary>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        GuardAsync(() => _client.DeleteObjectAsync(_bucket, key, cancellationToken), cancellationToken);

    /// <summary>Names below a prefix after <paramref name="after"/>: keys, and with a delimiter the prefixes that end in it.</summary>
    public async Task<BucketPage> ListAsync(
        string prefix, string after, string? delimiter, int limit, CancellationToken cancellationToken)
    {
        var answer = await GuardAsync(() => _client.ListObjectsV2Async(new ListObjectsV2Request
        {
            BucketName = _bucket, Prefix = prefix, StartAfter = after, Delimiter = delimiter, MaxKeys = limit,
        }, cancellationToken), cancellationToken);
        return new BucketPage([.. (answer?.S3Objects ?? []).Select(found => found.Key)], [.. answer?.CommonPrefixes ?? []],
            answer?.IsTruncated == true);
    }

    /// <summary>Makes the bucket if it is not there.</summary>
    public Task MakeAsync(CancellationToken cancellationToken) =>
        GuardAsync(() => _client.PutBucketAsync(_bucket, cancellationToken), cancellationToken);

    public void Dispose()
    {
        _client.Dispose();
    }

    /// <summary>
    /// Part by part. Not by the SDK's transfer utility: it sends chunks with a signature each, which OpenStack Swift does not take.
    /// </summary>
    private async Task UploadPartsAsync(string key, Stream bytes, CancellationToken cancellationToken)
    {
        var upload = await _client.InitiateMultipartUploadAsync(_bucket, key, cancellationToken);
        try
        {
            var parts = new List<PartETag>();
            for (var done = bytes.Position; done < bytes.Length; done = bytes.Position)
            {
                var part = new byte[Math.Min(_options.PartBytes, bytes.Length - done)];
                await bytes.ReadExactlyAsync(part, cancellationToken);
                var answer = await _client.UploadPartAsync(new UploadPartRequest
                {
                    BucketName = _bucket, Key = key, UploadId = upload.UploadId, PartNumber = parts.Count + 1, PartSize = part.Length,
                    InputStream = new MemoryStream(part), UseChunkEncoding = false,
                }, cancellationToken);
                parts.Add(new PartETag(parts.Count + 1, answer.ETag));
            }
            await _client.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest
            {
                BucketName = _bucket, Key = key, UploadId = upload.UploadId, PartETags = parts,
            }, cancellationToken);
        }
        catch (Exception)
        {
            // What cannot be taken back now is taken back by the service's own rule for unfinished uploads.
            await ((Task)_client.AbortMultipartUploadAsync(_bucket, key, upload.UploadId, CancellationToken.None))
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }
    }

    private static async Task<T?> GuardAsync<T>(Func<Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call();
        }
        catch (AmazonS3Exception error) when (error.StatusCode == HttpStatusCode.NotFound && error.ErrorCode != "NoSuchBucket")
        {
            return default;
        }
        catch (AmazonS3Exception error) when (error.StatusCode is HttpStatusCode.PreconditionFailed or HttpStatusCode.Conflict)
        {
            throw new ConditionFailedException(error.Message, error);
        }
        catch (Exception error) when (error is AmazonClientException or AmazonServiceException or HttpRequestException or IOException or TimeoutException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new StoreUnavailableException(error.Message, error);
        }
    }
}

/// <summary>A small object as it was read.</summary>
internal sealed record StoredDocument(byte[] Bytes, string Tag);

/// <summary>One page of a listing.</summary>
internal sealed record BucketPage(List<string> Keys, List<string> Prefixes, bool HasMore);

/// <summary>The service behind the node did not answer, or refused.</summary>
internal class StoreUnavailableException : Exception
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception inner)
        : base(message, inner)
    {
    }
}

/// <summary>Somebody else changed the object in between.</summary>
internal sealed class ConditionFailedException(string message, Exception inner) : StoreUnavailableException(message, inner);
