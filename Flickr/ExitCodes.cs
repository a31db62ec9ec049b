namespace Flickr;

/// <summary>Exit codes of the <c>flickr</c> command.</summary>
internal static class ExitCodes
{
    /// <summary>Done as asked.</summary>
    public const int Done = 0;

    /// <summary>Refused by a server, or failed on the way.</summary>
    public const int Failed = 1;

    /// <summary>Wrong use: a bad argument, a taken port, a directory that cannot be written.</summary>
    public const int WrongUse = 2;
}
