using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using Flickr.Edge.Access;
using Flickr.Edge.Cache;
using Flickr.Edge.Cache.Memory;
using Flickr.Edge.Cache.WhatIf;
using Flickr.Edge.Explain;
using Flickr.Edge.Headers;
using Flickr.Edge.Lane.Loop;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Fleet.Invalidations;
using Flickr.Tokens;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Lane;

/// <summary>
/// Answers plain hits on the connection, before the server: the pipeline's steps in the pipeline's order, by
/// the pipeline's code (<see cref="Gatekeeper"/>, <see cref="StoredAnswers"/>, <see cref="ClientHead"/>). It
/// has no policy of its own: whatever is not a fresh, granted, whole 200 in RAM is left to the pipeline, which
/// judges it from the start. Thread-safe.
/// </summary>
internal sealed class HitLane(
    LiveSites sites, Gatekeeper gatekeeper, StoredAnswers stored, ObjectCache cache,
    InvalidationHorizon horizon, RequestLog requests, WhatIfSimulator whatIf, EdgeMetrics metrics,
    TimeProvider time, IOptions<LaneOptions> options)
{
    private const int HeadBytesMax = 4 << 10;
    private const int PiecesMax = 128;

    private static readonly RequestFacts PlainGet = new() { Method = HttpMethods.Get };

    private readonly LaneAddresses _addresses = new(options.Value.AddressesMax);

    /// <summary>The lane on a connection; null where it cannot be: off, TLS, or no socket of ours.</summary>
    public LaneConnection? TryJoin(ConnectionContext connection) =>
        options.Value.Enabled && GatheredSend.IsSupported
        && connection.Features.Get<ITlsHandshakeFeature>() is null
        && connection.Features.Get<IConnectionSocketFeature>() is { } socket
            ? new LaneConnection(this, connection, socket.Socket, connection.Transport.Output, time)
            : null;

    /// <summary>Answers, if the bytes are exactly one request for a plain hit.</summary>
    public LaneStep TryAnswer(ILaneSink connection, ReadOnlySpan<byte> bytes, long startedAt,
        out LaneAnswer slow)
    {
        slow = default;
        if (!PlainHead.TryRead(bytes, out var target, out var host)
            || _addresses.Find(sites.Current, host, target) is not { } address
            || !TryAdmit(address, connection.Client, out var verdict, out var grant)
            || !cache.TryGet(address.Asked.Key, out var found))
        {
            return LaneStep.Left;
        }
        var step = LaneStep.Left;
        try
        {
            if (!TryJudge(address, grant, found, out var finding, out var head))
            {
                return step;
            }
            if (address.Site.Access == SiteAccess.Token)
            {
                metrics.Judged(verdict);
            }
            metrics.Opened();
            metrics.LaneHit();
            var answer = new LaneAnswer(address, found, grant, finding.TtlSeconds, startedAt, null, 0);
            step = Send(connection, answer, head, finding, out slow);
        }
        finally
        {
            if (step != LaneStep.Sending)
            {
                found.Dispose();
            }
        }
        return step;
    }

    /// <summary>Counts and notes an answer as the pipeline does.</summary>
    public void Account(ILaneSink connection, in LaneAnswer answer, AnswerOutcome outcome)
    {
        var took = time.GetElapsedTime(answer.StartedAt);
        var (address, bytes) = (answer.Address, answer.Found.Length);
        metrics.Answered(address.Asked.Class, outcome, took, outcome == AnswerOutcome.Hit ? bytes : 0);
        requests.Add(new HitNote(time.GetUtcNow(), address.Host, address.Asked.UpstreamTarget, outcome,
            answer.TtlSeconds, took, outcome == AnswerOutcome.Hit ? bytes : 0, address.Asked.Key, answer.Grant,
            connection.Client));
        if (outcome == AnswerOutcome.Hit)
        {
            whatIf.Record(address.Asked.Key, bytes + MemoryTier.ObjectMetadataBytes);
        }
    }

    /// <summary>An answer is cut, and must look cut.</summary>
    public void CountCut() => metrics.Aborted();

    /// <summary>Watches the rest of an answer, as the pipeline does.</summary>
    public TransferGuard GuardOf(in LaneAnswer answer) => new(horizon, answer.Address.Site, answer.Grant,
        answer.Found.Head.Facts, answer.Found.FillSequence);

    private bool TryAdmit(LaneAddress address, IPAddress? client, out TokenVerdict verdict,
        out AccessGrant? grant)
    {
        (verdict, grant) = (TokenVerdict.Missing, null);
        if (address.Site.Access == SiteAccess.Public)
        {
            return true;
        }
        // An original may need a lease, which may have to be waited for: the pipeline's too.
        if (address.Asked.Class == ObjectClass.Original && address.Found != TokenVerdict.Missing)
        {
            return false;
        }
        // A signature is never computed here: a flood of forged tokens is the pipeline's.
        if (address.Found == TokenVerdict.Valid && !gatekeeper.Remembers(address.Token, address.Host))
        {
            return false;
        }
        var asked = address.Question with { Client = client };
        return gatekeeper.Admit(address.Found, address.Token, asked, address.Asked.Facts, out verdict,
            out grant) == AccessVerdict.Granted && grant is not { Once: true };
    }

    private bool TryJudge(LaneAddress address, AccessGrant? grant, in StoredObject found,
        out Finding finding, [NotNullWhen(true)] out LaneHead? head)
    {
        head = null;
        finding = default;
        if (found.Head.IsVaryMarker || found.Head.Http.Status != StatusCodes.Status200OK || found.Length == 0)
        {
            return false;
        }
        finding = stored.Judge(address.Site, grant, PlainGet, address.Asked.Key, found);
        if (!finding.IsPlainHit)
        {
            return false;
        }
        head = found.Lease.Prepared as LaneHead;
        if (head is null || !ReferenceEquals(head.Site, address.Site))
        {
            head = LaneHead.Of(address.Site, found.Head, found.Length, time.GetUtcNow());
            found.Lease.SetPrepared(head, head.HeapBytes);
        }
        return head.IsFit && head.BytesMax <= HeadBytesMax;
    }

    [SkipLocalsInit]
    private unsafe LaneStep Send(ILaneSink connection, in LaneAnswer answer, LaneHead head,
        in Finding finding, out LaneAnswer slow)
    {
        slow = default;
        var lease = answer.Found.Lease;
        Span<byte> text = stackalloc byte[HeadBytesMax];
        Span<PinnedPiece> pieces = stackalloc PinnedPiece[PiecesMax];
        var textLength = head.Write(text, finding, answer.Grant, time.GetUtcNow());
        fixed (byte* address = text)
        {
            pieces[0] = new PinnedPiece { Address = (nint)address, Length = (nuint)textLength };
            var count = Math.Min(lease.SegmentCount, PiecesMax - 1);
            for (var i = 0; i < count; i++)
            {
                var segment = lease.Segment(i);
                pieces[i + 1] = new PinnedPiece
                {
                    Address = segment.Address,
                    Length = (nuint)segment.Memory.Length,
                };
            }
            var sent = connection.TrySend(pieces[..(count + 1)]);
            if (sent == textLength + lease.Length)
            {
                Account(connection, answer, AnswerOutcome.Hit);
                return LaneStep.Answered;
            }
            metrics.LaneHandedOver();
            sent = Math.Max(sent, 0); // a connection that is gone says so again to the next send
            slow = answer with
            {
                HeadRest = sent < textLength ? text[(int)sent..textLength].ToArray() : null,
                BodySent = Math.Max(0, sent - textLength),
            };
            return LaneStep.Sending;
        }
    }
}

/// <summary>Puts the lane into a program.</summary>
internal static class HitLaneRegistration
{
    /// <summary>Registers the lane and its options.</summary>
    public static IServiceCollection AddHitLane(this IServiceCollection services)
    {
        services.AddOptions<LaneOptions>().BindConfiguration("Edge:Lane").ValidateOnStart();
        services.AddSingleton<IValidateOptions<LaneOptions>, LaneOptionsValidator>();
        services.AddSingleton<HitLane>();
        services.AddSingleton<LoopLimits>();
        services.AddSingleton<LaneMetrics>();
        services.AddSingleton<LoopTransport>();
        if (LoopTransport.IsSupported)
        {
            services.AddSingleton<IConnectionListenerFactory>(provider => provider.GetRequiredService<LoopTransport>());
        }
        return services;
    }

    /// <summary>
    /// Puts a listener in cleartext on loops of our own, where that is possible and wanted. Otherwise the lane
    /// stands in the gate.
    /// </summary>
    public static void UseHitLoops(this ListenOptions listen, bool isClear)
    {
        // A connection that begins with a proxy's header, or with a handshake, has to be read by those who know it first.
        if (!isClear || listen.ApplicationServices.GetRequiredService<Flickr.Listening.ProxyProtocol>().IsOn)
        {
            return;
        }
        var options = listen.ApplicationServices.GetRequiredService<IOptions<LaneOptions>>().Value;
        if (options is { Enabled: true, Transport: LaneTransport.Loop } && LoopTransport.IsSupported)
        {
            listen.ApplicationServices.GetRequiredService<LoopTransport>().Claim(listen.EndPoint);
        }
    }
}
