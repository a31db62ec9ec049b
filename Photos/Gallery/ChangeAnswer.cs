using System.Text.Json;

namespace Flickr.Photos.Gallery;

/// <summary>What became of a change. No receipt: the edges will hear of it, but have not yet.</summary>
public sealed record ChangeAnswer(JsonElement? Receipt);
