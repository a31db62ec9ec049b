namespace Flickr.Edge.Collapse;

/// <summary>Why a fill ended without all its bytes, or without any.</summary>
internal enum FillFault
{
    None,

    /// <summary>No replica could be asked: none is known or none may be tried again.</summary>
    NoReplica,

    /// <summary>No connection: refused, unreachable, or the connect deadline passed.</summary>
    Connect,

    /// <summary>The connection ended before a whole head came.</summary>
    Reset,

    /// <summary>The head deadline passed.</summary>
    HeadTimeout,

    /// <summary>The answer breaks HTTP in a way that must not be passed on.</summary>
    Malformed,

    /// <summary>The body ended early and could not be resumed.</summary>
    Truncated,

    /// <summary>The body stood still or came too slowly, or the total deadline passed.</summary>
    Stalled,

    /// <summary>The bytes are not those of the announced digest.</summary>
    DigestMismatch,

    /// <summary>The spool is full.</summary>
    SpoolFull,

    /// <summary>The spool lost bytes.</summary>
    SpoolLost,

    /// <summary>Nobody read it any more, and what was left was not worth having.</summary>
    Unread,

    /// <summary>The edge is stopping.</summary>
    Stopping,

    /// <summary>A fault of ours; it is in the log.</summary>
    Internal,
}
