using System.Text.Json;

namespace Flickr.Photos.Gallery;

/// <summary>State of a <see cref="PhotoChangeSaga"/>.</summary>
public sealed class PhotoChangeState
{
    public required string PhotoId { get; set; }

    public required string AlbumId { get; set; }

    /// <summary>The photo is gone.</summary>
    public bool Deletes { get; set; }

    /// <summary>The links must say something else.</summary>
    public bool Relinks { get; set; }

    /// <summary>Tokens handed out before must open it no more.</summary>
    public bool Revokes { get; set; }

    /// <summary>The album it was moved out of; null when it was not moved.</summary>
    public string? OldAlbumId { get; set; }

    /// <summary>Names it had before it was moved, to be removed under <see cref="OldGeneration"/>.</summary>
    public List<string> OldPaths { get; set; } = [];

    public long OldGeneration { get; set; }

    /// <summary>The control plane's receipt.</summary>
    public JsonElement? Receipt { get; set; }
}
