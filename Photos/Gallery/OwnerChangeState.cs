using System.Text.Json;

namespace Flickr.Photos.Gallery;

/// <summary>State of an <see cref="OwnerChangeSaga"/>.</summary>
public sealed class OwnerChangeState
{
    public required string OwnerId { get; set; }

    public bool IsPrivate { get; set; }

    /// <summary>The control plane's receipt; none when the account became public.</summary>
    public JsonElement? Receipt { get; set; }
}
