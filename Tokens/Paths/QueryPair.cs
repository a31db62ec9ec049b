namespace Flickr.Tokens.Paths;

/// <summary>
/// One <c>name=value</c> of a query, both as they were sent (still encoded). A pair without <c>=</c> has an
/// empty value.
/// </summary>
public readonly record struct QueryPair(string Name, string Value);
