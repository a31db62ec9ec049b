using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens;

namespace Flickr.Edge.Respond;

/// <summary>
/// Watches a body on its way to a client of a token site: when what is being sent was made private, deleted
/// or purged meanwhile, or the token was taken back, the rest is not sent. Asked every 256 KiB; costs one read
/// of a number unless something changed.
/// </summary>
internal struct TransferGuard(InvalidationHorizon horizon, Site site, AccessGrant? grant, ObjectFacts facts,
    long fillSequence)
{
    private const int CheckEveryBytes = 256 << 10;
    private readonly bool _isOn = site.Access == SiteAccess.Token;
    private long _version = horizon.Version;
    private int _sinceCheck;

    /// <summary>Whether the transfer must be cut now.</summary>
    public bool MustCut(int sentBytes)
    {
        _sinceCheck += sentBytes;
        if (!_isOn || _sinceCheck < CheckEveryBytes)
        {
            return false;
        }
        _sinceCheck = 0;
        var version = horizon.Version;
        if (version == _version)
        {
            return false;
        }
        _version = version;
        return horizon.Judge(facts, fillSequence) == Coverage.Hard
            || (grant is not null && horizon.JudgeGrant(grant, facts) != GrantCoverage.None);
    }
}
