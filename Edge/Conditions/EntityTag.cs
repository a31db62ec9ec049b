namespace Flickr.Edge.Conditions;

/// <summary>An entity tag (RFC 9110 section 8.8.3).</summary>
/// <param name="Opaque">What stands between the quotes.</param>
/// <param name="IsWeak">Whether <c>W/</c> stands before them: the same meaning, not the same bytes.</param>
internal readonly record struct EntityTag(string Opaque, bool IsWeak)
{
    /// <summary>Reads one tag, e.g. <c>W/"a"</c>; null when it is none.</summary>
    public static EntityTag? Parse(string? text) => throw new NotImplementedException();

    /// <summary>Equal bytes for certain: both strong and the same (RFC 9110 section 8.8.3.2).</summary>
    public bool StronglyEquals(in EntityTag other) => !IsWeak && !other.IsWeak && Opaque == other.Opaque;

    public bool WeaklyEquals(in EntityTag other) => Opaque == other.Opaque;

    public override string ToString() => IsWeak ? $"W/\"{Opaque}\"" : $"\"{Opaque}\"";
}
