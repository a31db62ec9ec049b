using System.Text.Json;
using System.Text.Json.Serialization;

namespace Flickr.Origin.Uploads;

/// <summary>One resumable upload as it is kept on disk beside its bytes.</summary>
/// <param name="Id">32 hex digits.</param>
/// <param name="Length">Length of the whole body in bytes; <see cref="UnknownLength"/> until the client says it.</param>
/// <param name="DurableOffset">Bytes that a power cut cannot take.</param>
/// <param name="Metadata">The client's Upload-Metadata, passed back as it came.</param>
/// <param name="ExpiresMs">When it is dropped, Unix milliseconds.</param>
/// <param name="Digest">The blob it became; null while it is not finished.</param>
/// <param name="Concat">What tus says of a concatenation: <c>partial</c>, or <c>final;</c> and its parts; null for neither.</param>
internal sealed record Upload(
    string Id, long Length, long DurableOffset, string? Metadata, long ExpiresMs, string? Digest,
    string? Concat = null)
{
    public const long UnknownLength = -1;

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, UploadJson.Default.Upload);

    public static Upload? Read(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, UploadJson.Default.Upload);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(Upload))]
internal sealed partial class UploadJson : JsonSerializerContext;
