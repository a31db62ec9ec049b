namespace Flickr.ControlPlane.Audit;

/// <summary>Checks an audit log, here or from an export.</summary>
public static class AuditChain
{
    /// <summary>
    /// The number of the first line that is missing, changed or out of order; null when the chain holds. Give
    /// <paramref name="previous"/> the hash before the first line, empty at the beginning.
    /// </summary>
    public static long? FirstBreak(IEnumerable<AuditRow> rows, string previous = "", long after = 0)
    {
        foreach (var row in rows)
        {
            if (row.Sequence != after + 1 || row.Hash != row.HashAfter(previous))
            {
                return after + 1;
            }
            (previous, after) = (row.Hash, row.Sequence);
        }
        return null;
    }
}
