namespace Flickr.Origin.Volumes;

/// <summary>What a record says. The numbers are on disk: never reuse one.</summary>
internal enum RecordKind : byte
{
    None = 0,

    /// <summary>A blob: the payload is its bytes, the key their SHA-256.</summary>
    Put = 1,

    /// <summary>The blob named by the key was stored again or referenced again; no payload.</summary>
    Touch = 2,

    /// <summary>The blob named by the key is deleted unless a later generation says otherwise; no payload.</summary>
    Tombstone = 3,

    /// <summary>A path points at a blob; the payload is the link.</summary>
    Link = 4,

    /// <summary>A path points nowhere any more; the payload is the path.</summary>
    LinkTombstone = 5,

    /// <summary>Another node still has to be given the record named by the key; the payload says which and what.</summary>
    Hint = 6,

    /// <summary>The hint with the same payload is done.</summary>
    HintDone = 7,

    /// <summary>A copy of the blob named by the key was let go, for all homes have theirs; the payload is the copy's place.</summary>
    LetGo = 8,

    /// <summary>The index of a sealed volume; the last record of it.</summary>
    Footer = 15,
}
