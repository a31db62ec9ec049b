using Flickr.ControlPlane.Audit;

namespace Flickr.Commands;

/// <summary>Walks the audit log page by page and compares it with a head of now and one of before.</summary>
internal sealed class ChainWalk(AuditHead head, KeptHead? kept)
{
    private string _previous = "";
    private long? _broken;
    private bool _metHead = head.Sequence == 0;
    private bool _metKept = kept is null || kept.Sequence == 0;

    /// <summary>Lines that held.</summary>
    public long Count { get; private set; }

    /// <summary>The first line that is wrong, or that a signed head says must be there; null when all holds.</summary>
    public long? FirstBreak => _broken ?? (_metHead && _metKept ? null : Count + 1);

    /// <summary>Takes the next lines. False when there is no point in going on.</summary>
    public bool Take(IReadOnlyList<AuditRow> rows)
    {
        _broken = AuditChain.FirstBreak(rows, _previous, Count);
        foreach (var row in _broken is null ? rows : [])
        {
            if (row.Sequence == head.Sequence && !Meets(row, head.Hash, ref _metHead)
                || row.Sequence == kept?.Sequence && !Meets(row, kept.Hash, ref _metKept))
            {
                _broken = row.Sequence;
            }
        }
        if (_broken is not null)
        {
            return false;
        }
        (Count, _previous) = (rows[^1].Sequence, rows[^1].Hash);
        return true;
    }

    private static bool Meets(AuditRow row, string hash, ref bool met) => met = row.Hash == hash;
}
