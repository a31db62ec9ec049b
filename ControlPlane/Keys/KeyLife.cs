using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Log;
using Flickr.Sql;
using Flickr.Tokens;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Keys;

/// <summary>
/// The life of keys: Sealed → PrePublished → Active → Retiring → Destroyed, and Compromised from anywhere.
/// Per algorithm
/// one key mints and one spare is already with the edges, so that a rotation, also in an emergency, has
/// nothing to wait for.
/// A key mints only when every edge that may serve private content has acknowledged a bundle that holds it.
/// </summary>
internal sealed class KeyLife(Database database, KeyVault vault, InvalidationLog log, AuditLog audit,
    LogSignals signals,
    IOptions<KeyOptions> options, TimeProvider time)
{
    private const long WantedNow = 1;
    private const long WantedBySchedule = 2;
    private const long WantedForced = 3;
    private static readonly TimeSpan RetireMargin = TimeSpan.FromSeconds(60);
    private static readonly SigningAlgorithm[] Algorithms = [SigningAlgorithm.ES256, SigningAlgorithm.HS256];

    /// <summary>Whether a key waits for edges, as of the last look or change of this process.</summary>
    public bool IsWaiting { get; private set; }

    /// <summary>
    /// Makes the first keys, and refuses to run with a wrap key that is not the one in use.
    /// </summary>
    public async Task BeginAsync(CancellationToken cancellationToken)
    {
        await vault.OpenAsync(database, cancellationToken);
        await AdvanceAsync(cancellationToken);
    }

    /// <summary>Does every step that is due. Safe to call at any time from any control plane.</summary>
    public Task<bool> AdvanceAsync(CancellationToken cancellationToken) =>
        ChangeAsync(_ => Task.CompletedTask, cancellationToken);

    /// <summary>Whether <see cref="AdvanceAsync"/> would do anything; reads only.</summary>
    public Task<bool> IsDueAsync(CancellationToken cancellationToken) => database.ReadAsync(async session =>
    {
        var keys = await KeyTable.AllAsync(session);
        var edges = await EdgeTable.AllAsync(session);
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        IsWaiting = keys.Any(IsWanted);
        return Algorithms.Any(algorithm => !keys.Any(key => Is(key, algorithm, KeyState.PrePublished)))
            || keys.Any(key => key.Life == KeyState.Retiring && key.NotAfterMs <= now
                || IsWanted(key) && MayMint(key, KeyChange.WaitsFor(key, edges, now), now)
                || key.Life == KeyState.Active && IsOld(key, now)
                    && keys.Any(spare => spare.Life == KeyState.PrePublished
                        && spare.Algorithm == key.Algorithm && spare.Wanted == 0));
    }, cancellationToken);

    /// <summary>
    /// Wants the spare of an algorithm to mint. Returns it as it is then: active, or waiting for edges.
    /// </summary>
    /// <param name="algorithm">Which.</param>
    /// <param name="isForced">Waits for no edge: what one lacks it refuses until it has fetched the bundle.</param>
    /// <param name="actor">Who wants it.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<SigningKey> RotateAsync(SigningAlgorithm algorithm, bool isForced, string actor,
        CancellationToken cancellationToken)
    {
        var kid = "";
        await ChangeAsync(async change =>
        {
            var spare = change.Keys.FirstOrDefault(key => Is(key, algorithm, KeyState.PrePublished))
                ?? await MakeAsync(change, algorithm);
            kid = spare.Kid;
            await change.PutAsync(spare with { Wanted = isForced ? WantedForced : WantedNow });
            await audit.AppendAsync(change.Session, actor, "rotate",
                $"algorithm={algorithm} kid={kid} forced={isForced}");
        }, cancellationToken);
        return (await AllAsync(cancellationToken)).First(key => key.Kid == kid);
    }

    /// <summary>
    /// A key is in foreign hands: its material goes, every edge hears of it in the log, and the spare takes
    /// over.
    /// Null when there is no such key.
    /// </summary>
    public async Task<LogEntry?> RevokeAsync(string kid, string? reason, string actor,
        CancellationToken cancellationToken)
    {
        LogEntry? entry = null;
        await ChangeAsync(async change =>
        {
            if (change.Keys.FirstOrDefault(key => key.Kid == kid) is not { } key)
            {
                return;
            }
            await InvalidationLog.LockAsync(change.Session);
            await WantSpareAsync(change, Enum.Parse<SigningAlgorithm>(key.Algorithm));
            entry = await log.AppendAsync(change.Session, new InvalidationRequest("key", kid,
                Reason: reason), actor);
            await change.MoveAsync(key with { Sealed = null, Wanted = 0 }, KeyState.Compromised);
            await audit.AppendAsync(change.Session, actor, "revoke-key",
                $"kid={kid} from={key.State} mintedFromMs={key.ActivatedMs} reason={reason}");
        }, cancellationToken);
        return entry;
    }

    /// <summary>
    /// Replaces what somebody knew who is not to know it any more, in the transaction in which that is decided.
    /// </summary>
    public Task ReplaceAsync(Func<SqlSession, Task<KnownKeys>> first, string actor,
        CancellationToken cancellationToken) => ChangeAsync(async change =>
    {
        await InvalidationLog.LockAsync(change.Session);
        var known = await first(change.Session);
        foreach (var key in change.Keys.Where(key => known.Knows(key)).ToList())
        {
            if (known.IsStolen)
            {
                await log.AppendAsync(change.Session, new InvalidationRequest("key", key.Kid), actor);
                await change.MoveAsync(key with { Sealed = null, Wanted = 0 }, KeyState.Compromised);
            }
            else if (key.Life == KeyState.PrePublished)
            {
                // It has signed nothing yet: gone without loss, and the next one is not known to who left.
                await change.MoveAsync(key with { Sealed = null, Wanted = 0 }, KeyState.Destroyed);
            }
        }
        foreach (var algorithm in known.Algorithms)
        {
            await KeepSpareAsync(change, algorithm);
            await WantSpareAsync(change, algorithm);
        }
    }, cancellationToken);

    /// <summary>All keys, oldest first.</summary>
    public Task<IReadOnlyList<SigningKey>> AllAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(KeyTable.AllAsync, cancellationToken);

    private async Task<bool> ChangeAsync(Func<KeyChange, Task> first, CancellationToken cancellationToken)
    {
        var changed = await database.WriteAsync(async session =>
        {
            var change = await KeyChange.BeginAsync(session, audit, time);
            await first(change);
            foreach (var algorithm in Algorithms)
            {
                await RetireAsync(change, algorithm);
                await KeepSpareAsync(change, algorithm);
                await ActivateAsync(change, algorithm);
                await KeepSpareAsync(change, algorithm);
            }
            await change.EndAsync();
            IsWaiting = change.Keys.Any(IsWanted);
            return change.HasChanged;
        }, cancellationToken);
        if (changed)
        {
            signals.Signal();
        }
        return changed;
    }

    /// <summary>Destroys what has stopped verifying, and wants a new key when the schedule says so.</summary>
    private async Task RetireAsync(KeyChange change, SigningAlgorithm algorithm)
    {
        foreach (var key in change.Keys.Where(key => Is(key, algorithm, KeyState.Retiring)).ToList())
        {
            if (key.NotAfterMs <= change.NowMs)
            {
                await change.MoveAsync(key with { Sealed = null }, KeyState.Destroyed);
            }
        }
        var active = change.Keys.FirstOrDefault(key => Is(key, algorithm, KeyState.Active));
        if (active is null || IsOld(active, change.NowMs))
        {
            await WantSpareAsync(change, algorithm, active is null ? WantedNow : WantedBySchedule);
        }
    }

    private async Task KeepSpareAsync(KeyChange change, SigningAlgorithm algorithm)
    {
        if (!change.Keys.Any(key => Is(key, algorithm, KeyState.PrePublished)))
        {
            var made = change.Keys.FirstOrDefault(key => Is(key, algorithm, KeyState.Sealed))
                ?? await MakeAsync(change, algorithm);
            await change.MoveAsync(made, KeyState.PrePublished);
        }
        if (!change.Keys.Any(key => Is(key, algorithm, KeyState.Active)))
        {
            await WantSpareAsync(change, algorithm);
        }
    }

    private async Task ActivateAsync(KeyChange change, SigningAlgorithm algorithm)
    {
        var spare = change.Keys.FirstOrDefault(key =>
            Is(key, algorithm, KeyState.PrePublished) && key.Wanted != 0);
        if (spare is null || !MayMint(spare, change.WaitsFor(spare), change.NowMs))
        {
            return;
        }
        var notAfter = change.NowMs + (long)(options.Value.TokenLifetimeMax + RetireMargin).TotalMilliseconds;
        foreach (var old in change.Keys.Where(key => Is(key, algorithm, KeyState.Active)).ToList())
        {
            await change.MoveAsync(old with { NotAfterMs = notAfter }, KeyState.Retiring);
        }
        await change.MoveAsync(spare with { Wanted = 0, ActivatedMs = change.NowMs }, KeyState.Active);
    }

    private static async Task WantSpareAsync(KeyChange change, SigningAlgorithm algorithm, long how = WantedNow)
    {
        if (change.Keys.FirstOrDefault(key =>
            Is(key, algorithm, KeyState.PrePublished) && key.Wanted == 0) is { } spare)
        {
            await change.PutAsync(spare with { Wanted = how });
        }
    }

    private async Task<SigningKey> MakeAsync(KeyChange change, SigningAlgorithm algorithm)
    {
        var kid = $"{(algorithm == SigningAlgorithm.ES256 ? "es" : "hs")}-{SortableId.New(change.NowMs).ToLowerInvariant()[4..18]}";
        var issuer = options.Value.Issuer;
        var made = algorithm == SigningAlgorithm.ES256 ? MintKey.NewEs256(kid, issuer)
            : MintKey.NewHs256(kid, issuer);
        var key = new SigningKey
        {
            Kid = kid,
            Issuer = issuer,
            Algorithm = algorithm.ToString(),
            State = SigningKey.NameOf(KeyState.Sealed),
            CreatedMs = change.NowMs,
            ChangedMs = change.NowMs,
            Sealed = vault.Seal(made.Secret, kid, issuer, algorithm.ToString()),
            X = made.X.IsEmpty ? null : System.Buffers.Text.Base64Url.EncodeToString(made.X),
            Y = made.Y.IsEmpty ? null : System.Buffers.Text.Base64Url.EncodeToString(made.Y),
        };
        await change.AddAsync(key);
        return key;
    }

    private static bool IsWanted(SigningKey key) => key.Life == KeyState.PrePublished && key.Wanted != 0;

    /// <summary>
    /// Whether nothing holds a wanted key up: every edge that may serve private content has acknowledged it and, when only
    /// the schedule wants it, it has been with them for a while.
    /// </summary>
    private bool MayMint(SigningKey key, IEnumerable<EdgeRow> waitsFor, long nowMs) =>
        key.Wanted == WantedForced
        || !waitsFor.Any() && (key.Wanted != WantedBySchedule
            || nowMs - key.PublishedMs >= options.Value.PrePublishMin.TotalMilliseconds);

    private bool IsOld(SigningKey key, long nowMs)
    {
        var age = key.Algorithm == nameof(SigningAlgorithm.ES256) ? options.Value.RotateEs256
            : options.Value.RotateHs256;
        return nowMs - key.ActivatedMs >= age.TotalMilliseconds;
    }

    private static bool Is(SigningKey key, SigningAlgorithm algorithm, KeyState state) =>
        key.Algorithm == algorithm.ToString() && key.Life == state;
}
