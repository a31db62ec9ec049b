namespace Flickr.Edge.Ranges;

/// <summary>A byte range of a whole: <c>bytes first-last/complete</c>; <paramref name="Complete"/> is -1 when unknown (<c>*</c>).</summary>
internal readonly record struct ContentRange(long First, long Last, long Complete)
{
    public long Length => Last - First + 1;

    /// <summary>Reads a Content-Range field of a 206; null when it is malformed or makes no sense.</summary>
    public static ContentRange? Parse(string? field) => throw new NotImplementedException();

    public override string ToString() => $"bytes {First}-{Last}/{(Complete < 0 ? "*" : Complete.ToString(System.Globalization.CultureInfo.InvariantCulture))}";
}
