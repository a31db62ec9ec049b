using System.Text.Json;

namespace Flickr.Photos.Albums;

/// <summary>State of an <see cref="AlbumChangeSaga"/>.</summary>
public sealed class AlbumChangeState
{
    public required string AlbumId { get; set; }

    /// <summary>The directory that ends, as its decoded segments; null when none does.</summary>
    public string[]? OldDirectory { get; set; }

    /// <summary>Under what the names in <see cref="OldDirectory"/> are removed.</summary>
    public long OldGeneration { get; set; }

    /// <summary>The photos go on under another name.</summary>
    public bool Relinks { get; set; }

    /// <summary>The one guest whose tokens end; null for nobody.</summary>
    public string? RevokedViewer { get; set; }

    /// <summary>The control plane's receipt.</summary>
    public JsonElement? Receipt { get; set; }
}
