namespace Flickr.Photos.Imaging;

/// <summary>One file the worker wrote.</summary>
public sealed record ImageVariant(string Rung, string Path, int Width, int Height);
