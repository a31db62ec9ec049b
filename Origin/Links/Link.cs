using System.Text.Json;
using System.Text.Json.Serialization;

namespace Flickr.Origin.Links;

/// <summary>
/// What a path points at, and what the edge has to know about it. Stored as JSON in a record of kind Link; the generation
/// stands in the record's header. Immutable.
/// </summary>
/// <param name="Path">Canonical path with its leading slash.</param>
/// <param name="Blob">Blob id, 64 hex digits; empty in a tombstone.</param>
/// <param name="Length">Length of the blob in bytes.</param>
/// <param name="Type">Media type.</param>
/// <param name="Owner">Owner id; null when none was given.</param>
/// <param name="OwnerEpoch">The owner's epoch when the link was written.</param>
/// <param name="IsPublic">Whether the edge may serve it without a token.</param>
/// <param name="Tags">Surrogate keys, separated by single spaces; null for none.</param>
/// <param name="CacheControl">What the edge is told; null for the default.</param>
internal sealed record Link(
    string Path, string Blob, long Length, string Type, string? Owner, long? OwnerEpoch, bool IsPublic, string? Tags,
    string? CacheControl)
{
    public const string DefaultType = "application/octet-stream";

    public static Link TombstoneOf(string path) => new(path, "", 0, DefaultType, null, null, false, null, null);

    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(this, LinkJson.Default.Link);

    /// <summary>Null when the bytes are no link.</summary>
    public static Link? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, LinkJson.Default.Link);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSerializable(typeof(Link))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class LinkJson : JsonSerializerContext;
