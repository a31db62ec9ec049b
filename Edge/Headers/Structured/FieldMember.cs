namespace Flickr.Edge.Headers.Structured;

/// <summary>A parameter; a later one of the same key has replaced an earlier one.</summary>
internal readonly record struct FieldParameter(string Key, BareItem Value);

/// <summary>
/// An item or an inner list, with parameters. <paramref name="Inner"/> is null for an item.
/// </summary>
internal sealed record FieldMember(BareItem Item, IReadOnlyList<FieldMember>? Inner,
    IReadOnlyList<FieldParameter> Parameters)
{
    public bool IsInnerList => Inner is not null;
}

/// <summary>A member of a dictionary.</summary>
internal readonly record struct FieldEntry(string Key, FieldMember Member);
