namespace Flickr.Photos.Imaging;

/// <summary>What a worker is asked to do with one file.</summary>
/// <param name="Path">The file to read.</param>
/// <param name="OutputFolder">Where the variants go; null asks for the header and the embedded text only.</param>
/// <param name="Limits">What may be decoded.</param>
/// <param name="JpegQuality">Quality of the variants.</param>
/// <param name="WebpQuality">Quality of the variants in the second format; 0 makes JPEG.</param>
public sealed record ImageJob(string Path, string? OutputFolder, ImageJobLimits Limits, int JpegQuality, int WebpQuality = 0);
