using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Gallery;

/// <summary>Settings of pages; section <c>Photos:Gallery</c>.</summary>
public sealed class GalleryOptions
{
    /// <summary>
    /// Changes of an album after which a page fixed before them is no longer kept: its reader is told the version to go on with.
    /// 1 to 1,000,000,000. Default 100,000.
    /// </summary>
    [Range(1, 1_000_000_000)]
    public long PageVersionsMax { get; set; } = 100_000;
}

[OptionsValidator]
internal sealed partial class GalleryOptionsValidator : IValidateOptions<GalleryOptions>;
