using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Flickr.Photos.Imaging;

/// <summary>
/// One message between the service and an image worker over the worker's standard input and output. The only type that
/// reads and writes this layout:
/// <code>
/// offset  size  field
///      0     4  length of the body, little-endian, at most 256 KiB
///      4     1  version, 1
///      5     1  kind: 1 job (to the worker), 2 answer (from the worker)
///      6     2  zero
///      8     n  body: UTF-8 JSON of ImageJob or ImageAnswer
/// </code>
/// </summary>
internal static class WorkerFrame
{
    public const int HeaderBytes = 8;
    public const int BodyBytesMax = 256 << 10;
    private const byte Version = 1;

    public static Task WriteAsync(Stream stream, ImageJob job, CancellationToken cancellationToken) =>
        WriteAsync(stream, 1, JsonSerializer.SerializeToUtf8Bytes(job, WorkerJson.Default.ImageJob), cancellationToken);

    public static Task WriteAsync(Stream stream, ImageAnswer answer, CancellationToken cancellationToken) =>
        WriteAsync(stream, 2, JsonSerializer.SerializeToUtf8Bytes(answer, WorkerJson.Default.ImageAnswer), cancellationToken);

    /// <summary>The next job, or null at the end of the stream between two frames.</summary>
    /// <exception cref="InvalidDataException">The bytes are no frame of this version.</exception>
    public static async Task<ImageJob?> ReadJobAsync(Stream stream, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(stream, 1, cancellationToken);
        return body is null ? null : Parse(body, WorkerJson.Default.ImageJob);
    }

    /// <summary>The worker's answer, or null when it closed its end instead.</summary>
    /// <exception cref="InvalidDataException">The bytes are no frame of this version.</exception>
    public static async Task<ImageAnswer?> ReadAnswerAsync(Stream stream, CancellationToken cancellationToken)
    {
        var body = await ReadAsync(stream, 2, cancellationToken);
        return body is null ? null : Parse(body, WorkerJson.Default.ImageAnswer);
    }

    private static T Parse<T>(byte[] body, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        try
        {
            return JsonSerializer.Deserialize(body, type) ?? throw new InvalidDataException("empty worker frame");
        }
        catch (JsonException fault)
        {
            throw new InvalidDataException("worker frame with a broken body", fault);
        }
    }

    private static async Task WriteAsync(Stream stream, byte kind, byte[] body, CancellationToken cancellationToken)
    {
        if (body.Length > BodyBytesMax)
        {
            throw new InvalidDataException($"worker frame of {body.Length} bytes");
        }
        var frame = new byte[HeaderBytes + body.Length];
        BinaryPrimitives.WriteInt32LittleEndian(frame, body.Length);
        frame[4] = Version;
        frame[5] = kind;
        body.CopyTo(frame.AsSpan(HeaderBytes));
        await stream.WriteAsync(frame, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private static async Task<byte[]?> ReadAsync(Stream stream, byte kind, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        var read = await stream.ReadAtLeastAsync(header, HeaderBytes, throwOnEndOfStream: false, cancellationToken);
        if (read == 0)
        {
            return null;
        }
        var length = BinaryPrimitives.ReadInt32LittleEndian(header);
        if (read < HeaderBytes || length is < 0 or > BodyBytesMax || header[4] != Version || header[5] != kind
            || header[6] != 0 || header[7] != 0)
        {
            throw new InvalidDataException("not a worker frame");
        }
        var body = new byte[length];
        if (await stream.ReadAtLeastAsync(body, length, throwOnEndOfStream: false, cancellationToken) < length)
        {
            throw new InvalidDataException("worker frame cut short");
        }
        return body;
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ImageJob))]
[JsonSerializable(typeof(ImageAnswer))]
internal sealed partial class WorkerJson : JsonSerializerContext;
