namespace Flickr.Edge.Cache.WhatIf;

/// <summary>What the simulator has found since the start, recent requests weighing more.</summary>
/// <param name="SampleOneIn">One key in so many was followed.</param>
/// <param name="Requests">Sampled requests seen.</param>
/// <param name="Dropped">Sampled requests that came faster than they could be followed.</param>
/// <param name="Rows">One row for each policy and size.</param>
internal sealed record WhatIfReport(int SampleOneIn, long Requests, long Dropped,
    IReadOnlyList<WhatIfRow> Rows);

/// <summary>One simulated RAM tier.</summary>
/// <param name="Policy">Order of eviction.</param>
/// <param name="BytesMax">Bytes that a real tier of this kind would hold.</param>
/// <param name="IsNow">This is the policy and size of the running tier.</param>
/// <param name="HitRatio">Hits among requests, 0 to 1.</param>
/// <param name="ByteHitRatio">Bytes of hits among bytes of requests, 0 to 1.</param>
internal sealed record WhatIfRow(string Policy, long BytesMax, bool IsNow, double HitRatio,
    double ByteHitRatio);
