namespace Flickr.Photos.Imaging;

/// <summary>The limits of <see cref="ImagingOptions"/> that the worker itself judges.</summary>
public sealed record ImageJobLimits(
    long PixelsMax, long HeavyPixelsMax, int SideMax, int PixelsPerByteMax, int FramesMax, int JobMillisecondsMax);
