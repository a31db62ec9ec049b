namespace Flickr.Listening;

/// <summary>Which program the listeners belong to.</summary>
/// <param name="Section">Section of its settings, e.g. <c>Edge</c>.</param>
/// <param name="IsForPeople">
/// Whether anybody may connect, so that one client must not take the room of the others. Not so where only our own
/// programs call, each from one address.
/// </param>
internal sealed record ListenerName(string Section, bool IsForPeople);
