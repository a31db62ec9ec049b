namespace Flickr.Commands;

/// <summary>
/// The command was asked for something that it cannot do as asked; ends in exit code 2 with the message.
/// </summary>
internal sealed class WrongUseException(string message) : Exception(message);
