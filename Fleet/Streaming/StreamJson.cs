using System.Text.Json.Serialization;

namespace Flickr.Fleet.Streaming;

/// <summary>JSON of what control plane and edge say to one another: camelCase, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(HelloEvent))]
[JsonSerializable(typeof(SnapshotEvent))]
[JsonSerializable(typeof(InvalidationEntry))]
[JsonSerializable(typeof(KeysEvent))]
[JsonSerializable(typeof(HeartbeatEvent))]
[JsonSerializable(typeof(VerifyBundle))]
[JsonSerializable(typeof(Acknowledgement))]
public sealed partial class StreamJson : JsonSerializerContext;
