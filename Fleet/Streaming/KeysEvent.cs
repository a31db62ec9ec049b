namespace Flickr.Fleet.Streaming;

/// <summary>The verify bundle changed: fetch it, then acknowledge its version.</summary>
public sealed record KeysEvent(long Version);
