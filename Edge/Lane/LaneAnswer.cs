using Flickr.Edge.Cache;
using Flickr.Tokens;

namespace Flickr.Edge.Lane;

/// <summary>An answer of the lane on its way: what is leased and what is noted.</summary>
/// <param name="Address">What was asked for.</param>
/// <param name="Found">The object, leased.</param>
/// <param name="Grant">The grant, or null.</param>
/// <param name="TtlSeconds">What Cache-Status says.</param>
/// <param name="StartedAt">Timestamp of the request.</param>
/// <param name="HeadRest">Bytes of the head that were not sent yet; null when all were.</param>
/// <param name="BodySent">Bytes of the body that were sent.</param>
internal readonly record struct LaneAnswer(
    LaneAddress Address, StoredObject Found, AccessGrant? Grant, long TtlSeconds, long StartedAt,
    byte[]? HeadRest, long BodySent);
