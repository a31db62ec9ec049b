namespace Flickr.Edge.Headers.Structured;

/// <summary>
/// Reads structured fields (RFC 9651 section 4.2), strictly: null means the field is to be ignored as a
/// whole. Give the lines of a field joined by <c>", "</c>. Pure, thread-safe.
/// </summary>
internal static class StructuredField
{
    /// <summary>
    /// Characters of a field that are looked at; a longer field is as good as a broken one.
    /// </summary>
    public const int LengthMax = 16 * 1024;

    public static IReadOnlyList<FieldMember>? ParseList(string field)
    {
        if (!StructuredFieldReader.TryOpen(field, out var reader))
        {
            return null;
        }
        var members = new List<FieldMember>();
        while (!reader.IsAtEnd)
        {
            if (reader.ReadMember() is not { } member)
            {
                return null;
            }
            members.Add(member);
            if (!reader.SkipComma())
            {
                return null;
            }
        }
        return members;
    }

    public static IReadOnlyList<FieldEntry>? ParseDictionary(string field)
    {
        if (!StructuredFieldReader.TryOpen(field, out var reader))
        {
            return null;
        }
        var entries = new List<FieldEntry>();
        while (!reader.IsAtEnd)
        {
            if (reader.ReadKey() is not { } key)
            {
                return null;
            }
            var member = reader.Take('=') ? reader.ReadMember() : reader.ReadTrue();
            if (member is null)
            {
                return null;
            }
            // The last of a key wins, and stands where the first stood (section 4.2.2).
            var at = entries.FindIndex(entry => entry.Key == key);
            if (at >= 0)
            {
                entries[at] = new FieldEntry(key, member);
            }
            else
            {
                entries.Add(new FieldEntry(key, member));
            }
            if (!reader.SkipComma())
            {
                return null;
            }
        }
        return entries;
    }

    public static FieldMember? ParseItem(string field)
    {
        if (!StructuredFieldReader.TryOpen(field, out var reader) || reader.ReadItem() is not { } item)
        {
            return null;
        }
        reader.SkipSpaces();
        return reader.IsAtEnd ? item : null;
    }
}
