using System.Net;
using Flickr.Edge.Cache;
using Flickr.Edge.Respond;
using Flickr.Tokens;

namespace Flickr.Edge.Explain;

/// <summary>
/// What is noted of a hit answered on the connection: references only, put into words when somebody reads the
/// log.
/// </summary>
internal readonly record struct HitNote(
    DateTimeOffset At, string Host, string UpstreamTarget, AnswerOutcome Outcome, long TtlSeconds, TimeSpan Took,
    long Bytes, CacheKey Key, AccessGrant? Grant, IPAddress? Client);
