namespace Flickr.Client;

/// <summary>
/// A file's length changed between looking at it and sending it. Trying again may well succeed later, not
/// now.
/// </summary>
internal sealed class FileChangedException(string message) : IOException(message);
