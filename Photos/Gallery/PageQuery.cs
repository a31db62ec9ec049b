namespace Flickr.Photos.Gallery;

/// <summary>Which page of an album.</summary>
/// <param name="Limit">Items wanted, 1 to <see cref="PhotoPages.PageMax"/>.</param>
/// <param name="After">The items older than this id; null with <paramref name="Before"/> null: the newest.</param>
/// <param name="Before">The items just newer than this id.</param>
/// <param name="Version">The version an earlier page said; null for now.</param>
public sealed record PageQuery(int Limit, string? After = null, string? Before = null, long? Version = null);
