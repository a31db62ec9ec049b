namespace Flickr.Photos.Search;

/// <summary>What is looked for. Every part given must hold.</summary>
/// <param name="Text">Words; empty for whatever the filters leave.</param>
/// <param name="Owner">Account name; null for all.</param>
/// <param name="Album">Name of an album of <paramref name="Owner"/>; null for all.</param>
/// <param name="From">First day, by the camera's date or else the upload's; null for no limit.</param>
/// <param name="To">Last day; null for no limit.</param>
/// <param name="After">Only photos older than this id; null for the newest.</param>
/// <param name="Limit">Items wanted.</param>
public sealed record SearchQuery(
    string Text, string? Owner = null, string? Album = null, DateOnly? From = null, DateOnly? To = null, string? After = null,
    int Limit = 100)
{
    /// <summary>Most characters of <see cref="Text"/>.</summary>
    public const int TextLengthMax = 200;

    /// <summary>Whether nothing at all was said.</summary>
    public bool IsEmpty => string.IsNullOrWhiteSpace(Text) && Owner is null && From is null && To is null;

    internal static long NumberOf(DateOnly day) => (day.Year * 10_000) + (day.Month * 100) + day.Day;
}
