namespace Flickr.Up;

/// <summary>
/// Why <c>flickr up</c> does not start or has stopped: one line for the operator and the exit code.
/// </summary>
/// <param name="Line">What is wrong and what to do, in one line.</param>
/// <param name="ExitCode">2 when the operator must change something before starting, 1 when something
/// broke.</param>
internal sealed record UpRefusal(string Line, int ExitCode = ExitCodes.WrongUse);
