namespace Flickr.Photos.Accounts;

/// <summary>An API key as its owner sees it after it was made.</summary>
public sealed record ApiKey(string Id, string Label, IReadOnlyList<string> Scopes, long CreatedMs);
