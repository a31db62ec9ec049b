using Flickr.Edge.Collapse;

namespace Flickr.Edge.Fetch;

/// <summary>An answer whose head has come, or why there is none. Exactly one of the two.</summary>
internal readonly record struct FetchResult(Exchange? Exchange, FillFault Fault);
