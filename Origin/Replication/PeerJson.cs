using System.Text.Json.Serialization;
using Flickr.Origin.Links;
using Flickr.Origin.Needles;

namespace Flickr.Origin.Replication;

/// <summary>The shapes that nodes send each other.</summary>
[JsonSerializable(typeof(BlobFact))]
[JsonSerializable(typeof(LinkFact))]
[JsonSerializable(typeof(List<ListedName>))]
[JsonSerializable(typeof(BucketFacts))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, IgnoreReadOnlyProperties = true)]
internal sealed partial class PeerJson : JsonSerializerContext;
