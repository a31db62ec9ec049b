namespace Flickr.Photos.Origins;

/// <summary>Names below a directory of storage, decoded.</summary>
/// <param name="Directories">Names of directories.</param>
/// <param name="Files">Names of files.</param>
/// <param name="Next">What to go on after; null at the end.</param>
public sealed record OriginListing(IReadOnlyList<string> Directories, IReadOnlyList<OriginFile> Files, string? Next);

/// <summary>A file of a listing.</summary>
public sealed record OriginFile(string Name);
