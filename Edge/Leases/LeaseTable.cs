namespace Flickr.Edge.Leases;

/// <summary>
/// The leases of the viewers whose home is this edge. A lease ends when it is released, when nobody renews it, or when
/// the same viewer asks for the same object again. Thread-safe.
/// </summary>
internal sealed class LeaseTable(LeaseOptions options, TimeProvider time)
{
    private readonly Lock _claiming = new();
    private readonly Dictionary<string, ViewerLeases> _viewers = new(StringComparer.Ordinal);

    /// <summary>Viewers with a lease or a waiting request.</summary>
    public int Count
    {
        get
        {
            lock (_claiming)
            {
                return _viewers.Count;
            }
        }
    }

    /// <summary>Requests that wait for their turn.</summary>
    public int Waiting
    {
        get
        {
            lock (_claiming)
            {
                return _viewers.Values.Sum(viewer => viewer.Waiters.Count);
            }
        }
    }

    /// <summary>Claims at once.</summary>
    /// <param name="claim">The claim.</param>
    /// <param name="superseded">Holders whose transfer of the same object is to be cut.</param>
    public LeaseVerdict Claim(in LeaseClaim claim, out IReadOnlyList<string> superseded)
    {
        lock (_claiming)
        {
            return ClaimLocked(claim, out superseded);
        }
    }

    /// <summary>
    /// Waits for a place, first come first served, at most <see cref="LeaseOptions.WaitMax"/>. Names whom it superseded.
    /// </summary>
    public async Task<(LeaseVerdict Verdict, IReadOnlyList<string> Superseded)> WaitAsync(LeaseClaim claim,
        CancellationToken cancellationToken)
    {
        Waiter waiter;
        lock (_claiming)
        {
            var verdict = ClaimLocked(claim, out var superseded);
            if (verdict == LeaseVerdict.Granted)
            {
                return (verdict, superseded);
            }
            var viewer = _viewers[claim.Viewer];
            if (viewer.Waiters.Count >= options.WaitersMax || options.WaitMax == TimeSpan.Zero)
            {
                return (verdict, superseded);
            }
            waiter = new Waiter(claim);
            viewer.Waiters.AddLast(waiter);
        }
        try
        {
            await waiter.Turn.Task.WaitAsync(options.WaitMax, time, cancellationToken);
            return (LeaseVerdict.Granted, []);
        }
        catch (TimeoutException)
        {
            var verdict = GiveUp(waiter, mayTake: true, out var superseded);
            return (verdict, superseded);
        }
        catch (OperationCanceledException)
        {
            if (GiveUp(waiter, mayTake: false, out _) == LeaseVerdict.Granted)
            {
                Release(claim.Viewer, claim.Holder);
            }
            throw;
        }
    }

    /// <summary>
    /// Keeps a lease alive. A home that lost it (it was restarted) takes it up again. False: another transfer of the same
    /// object has taken its place.
    /// </summary>
    public bool Renew(in LeaseClaim claim)
    {
        lock (_claiming)
        {
            if (_viewers.TryGetValue(claim.Viewer, out var viewer))
            {
                Expire(viewer);
                foreach (var held in viewer.Held)
                {
                    if (held.Holder == claim.Holder)
                    {
                        held.Until = Until();
                        return true;
                    }
                }
                foreach (var held in viewer.Held)
                {
                    if (held.Object == claim.Object)
                    {
                        return false;
                    }
                }
            }
            ClaimLocked(claim, out _);
            return true;
        }
    }

    /// <summary>Ends a lease; who waits first takes its place.</summary>
    public void Release(string viewer, string holder)
    {
        lock (_claiming)
        {
            if (_viewers.TryGetValue(viewer, out var leases))
            {
                leases.Held.RemoveAll(held => held.Holder == holder);
                Serve(viewer, leases);
            }
        }
    }

    private LeaseVerdict GiveUp(Waiter waiter, bool mayTake, out IReadOnlyList<string> superseded)
    {
        superseded = [];
        lock (_claiming)
        {
            if (waiter.Turn.Task.IsCompletedSuccessfully)
            {
                return LeaseVerdict.Granted; // its turn came in the same moment
            }
            _viewers[waiter.Claim.Viewer].Waiters.Remove(waiter);
            // A lease that expired meanwhile woke nobody.
            return mayTake ? ClaimLocked(waiter.Claim, out superseded) : LeaseVerdict.Busy;
        }
    }

    private LeaseVerdict ClaimLocked(in LeaseClaim claim, out IReadOnlyList<string> superseded)
    {
        superseded = [];
        if (!_viewers.TryGetValue(claim.Viewer, out var viewer))
        {
            if (_viewers.Count >= options.ViewersMax && !TryMakeRoom())
            {
                return LeaseVerdict.Granted; // cost control: rather unlimited than refused
            }
            _viewers[claim.Viewer] = viewer = new ViewerLeases();
        }
        Expire(viewer);
        var objectAsked = claim.Object;
        if (viewer.Held.Exists(held => held.Object == objectAsked))
        {
            superseded = [.. viewer.Held.Where(held => held.Object == objectAsked).Select(held => held.Holder)];
            viewer.Held.RemoveAll(held => held.Object == objectAsked);
        }
        if (viewer.Held.Count >= claim.Limit)
        {
            return LeaseVerdict.Busy;
        }
        viewer.Held.Add(new Lease(claim.Object, claim.Holder) { Until = Until() });
        return LeaseVerdict.Granted;
    }

    private void Serve(string name, ViewerLeases viewer)
    {
        while (viewer.Waiters.First is { Value: var waiter } && viewer.Held.Count < waiter.Claim.Limit)
        {
            viewer.Waiters.RemoveFirst();
            viewer.Held.Add(new Lease(waiter.Claim.Object, waiter.Claim.Holder) { Until = Until() });
            waiter.Turn.TrySetResult();
        }
        if (viewer.Held.Count == 0 && viewer.Waiters.Count == 0)
        {
            _viewers.Remove(name);
        }
    }

    private bool TryMakeRoom()
    {
        foreach (var (name, viewer) in _viewers.ToArray())
        {
            Expire(viewer);
            Serve(name, viewer);
        }
        return _viewers.Count < options.ViewersMax;
    }

    private void Expire(ViewerLeases viewer)
    {
        var now = time.GetTimestamp();
        viewer.Held.RemoveAll(held => held.Until <= now);
    }

    private long Until() => time.GetTimestamp() + (long)(options.Lifetime.TotalSeconds * time.TimestampFrequency);

    private sealed class ViewerLeases
    {
        public List<Lease> Held { get; } = [];

        public LinkedList<Waiter> Waiters { get; } = new();
    }

    private sealed class Lease(string objectHeld, string holder)
    {
        public string Object { get; } = objectHeld;

        public string Holder { get; } = holder;

        public long Until { get; set; }
    }

    private sealed class Waiter(LeaseClaim claim)
    {
        public LeaseClaim Claim { get; } = claim;

        public TaskCompletionSource Turn { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
