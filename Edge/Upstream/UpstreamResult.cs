using Flickr.Edge.Collapse;

namespace Flickr.Edge.Upstream;

/// <summary>An answer whose head has come, or why there is none. Exactly one of the two.</summary>
internal readonly record struct UpstreamResult(UpstreamAnswer? Answer, FillFault Fault);
