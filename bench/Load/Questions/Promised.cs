namespace Flickr.Load.Questions;

/// <summary>What is promised of hits: our rate with the token checked, over a peer's without.</summary>
/// <param name="Shape">A shape's name.</param>
/// <param name="Peer">The peer.</param>
/// <param name="Ratio">Least ratio.</param>
internal sealed record Promised(string Shape, string Peer, double Ratio)
{
    /// <summary>Ours, and whom it is measured against.</summary>
    public static readonly string[] Servers = ["flickr+token", "nginx", "varnish", "ats", "haproxy", "nginx+secure_link"];

    /// <summary>Signed links are compared at one size.</summary>
    public const string SignedShape = "20 KB";

    /// <summary>Every promise.</summary>
    public static readonly Promised[] All =
    [
        .. Of("2 KB", 1.4, 1.8, 1.6, 1.0), .. Of("20 KB", 1.3, 1.6, 1.5, 1.1),
        .. Of("20 KB × 10,000", 1.8, 1.7, 2.2, 1.3), .. Of("200 KB", 1.8, 1.2, 1.25, 1.5),
        .. Of("2 MB", 1.1, 1.1, 1.0, 1.2), .. Of("8 MB", 1.2, 1.0, 0.95, 1.5),
        new(SignedShape, "nginx+secure_link", 1.5),
    ];

    private static Promised[] Of(string shape, double nginx, double varnish, double ats, double haproxy) =>
        [new(shape, "nginx", nginx), new(shape, "varnish", varnish), new(shape, "ats", ats), new(shape, "haproxy", haproxy)];
}

/// <summary>How a promise stands.</summary>
/// <param name="Promise">What was promised.</param>
/// <param name="Measured">Median of the ratios round by round.</param>
/// <param name="Least">Smallest of them.</param>
/// <param name="Most">Largest of them.</param>
internal sealed record PromiseSeen(Promised Promise, double Measured, double Least, double Most)
{
    public bool IsKept => Measured >= Promise.Ratio;
}

/// <summary>How late answers are at a rate that a peer would still do twice.</summary>
/// <param name="Peer">The peer.</param>
/// <param name="PerSecond">Half of its top rate.</param>
/// <param name="OurMilliseconds">Our p99 at this rate.</param>
/// <param name="PeerMilliseconds">The peer's.</param>
internal sealed record LatencySeen(string Peer, double PerSecond, double OurMilliseconds, double PeerMilliseconds)
{
    public bool IsKept => OurMilliseconds <= PeerMilliseconds;
}
