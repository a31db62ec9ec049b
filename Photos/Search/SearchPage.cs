using Flickr.Photos.Gallery;

namespace Flickr.Photos.Search;

/// <summary>A page of what was found, newest first.</summary>
/// <param name="Items">Photos the viewer may see.</param>
/// <param name="Next">Id to go on by; null at the end.</param>
/// <param name="Total">How many the viewer may see in all, at most <see cref="PhotoSearch.TotalMax"/>.</param>
public sealed record SearchPage(IReadOnlyList<PhotoItem> Items, string? Next, long Total);
