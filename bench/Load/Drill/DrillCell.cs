namespace Flickr.Load.Drill;

/// <summary>One case at one server.</summary>
/// <param name="Case">Row of the table.</param>
/// <param name="Server">Column of the table.</param>
/// <param name="Text">What the table shows.</param>
/// <param name="IsKept">Whether it does what <see cref="Promises"/> says of the case.</param>
/// <param name="Facts">The same with names, for <c>--json</c>.</param>
internal sealed record DrillCell(string Case, string Server, string Text, bool IsKept, IReadOnlyDictionary<string, object?> Facts);
