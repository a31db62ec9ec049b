namespace Flickr.Photos.Uploads;

/// <summary>State of a <see cref="SecondFormatSaga"/>.</summary>
public sealed class SecondFormatState
{
    public required string PhotoId { get; set; }

    public required string Digest { get; set; }

    public List<StoredVariant> Variants { get; set; } = [];
}
