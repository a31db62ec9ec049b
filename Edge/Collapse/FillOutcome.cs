namespace Flickr.Edge.Collapse;

/// <summary>What a fill came to, said when its head is known and to everyone who waits.</summary>
internal enum FillOutcome
{
    /// <summary>
    /// A storable answer: its body streams to everyone whose variant it is, while it is stored.
    /// </summary>
    Storing,

    /// <summary>The upstream answered with an error: those who waited share it.</summary>
    SharedError,

    /// <summary>
    /// The answer is for one request only: the first who claims it takes it over, the others go alone at
    /// once.
    /// </summary>
    Uncacheable,

    /// <summary>304: the stored object is good again.</summary>
    Revalidated,

    /// <summary>The answer is at hand by now, in the log tier or in the failure memory: look again.</summary>
    InCache,

    /// <summary>No answer: <see cref="Landing.Fault"/>.</summary>
    Failed,
}
