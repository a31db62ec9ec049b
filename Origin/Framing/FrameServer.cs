using System.IO.Pipelines;
using System.Text;
using System.Threading.Channels;
using Flickr.Listening;
using Flickr.Origin.Http;
using Flickr.Origin.Links;
using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;
using Microsoft.AspNetCore.Http.Features;

namespace Flickr.Origin.Framing;

/// <summary>
/// The answering end of a connection between nodes. It begins as an HTTP request with <c>Upgrade: flickr-frames</c>, so it
/// needs no port of its own and the caller has shown its key.
/// </summary>
internal sealed class FrameServer(LocalReplica local, ILogger log, NodeIdentity identity, CancellationToken stopping)
{
    public const string Protocol = "flickr-frames";
    private const int CallsMax = 256;

    public async Task HandleAsync(HttpContext context)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>();
        if (upgrade is null || !upgrade.IsUpgradableRequest || context.Request.Headers.Upgrade != Protocol)
        {
            await Problem.WriteAsync(context, 400, "bad-request", "The call asks for an upgrade to " + Protocol);
            return;
        }
        context.Response.Headers.Upgrade = Protocol;
        await using var stream = await upgrade.UpgradeAsync();
        // An open connection would otherwise hold up the node's stop until the host loses patience.
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        using var removal = identity.OnRemoval(context, ended.Cancel);
        var reader = PipeReader.Create(stream);
        var answers = Channel.CreateBounded<Frame>(CallsMax);
        var writing = FrameWriting.RunAsync(PipeWriter.Create(stream), answers.Reader, ended.Token);
        using var room = new SemaphoreSlim(CallsMax);
        try
        {
            while (await Frame.ReadAsync(reader, ended.Token) is { } call)
            {
                await room.WaitAsync(ended.Token);
                _ = AnswerAsync(call, answers.Writer, room, ended.Token);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidDataException)
        {
            OriginLog.PeerFailed(log, "calling", error.Message);
        }
        finally
        {
            // Calls under way still finish and give their room back before the semaphore goes.
            for (var i = 0; i < CallsMax; i++)
            {
                await room.WaitAsync(CancellationToken.None);
            }
            answers.Writer.TryComplete();
            await writing;
        }
    }

    private async Task AnswerAsync(
        Frame call, ChannelWriter<Frame> answers, SemaphoreSlim room, CancellationToken cancellationToken)
    {
        try
        {
            var body = await AnswerOfAsync(call);
            await answers.WriteAsync(
                new Frame(call.Number, body is null ? FrameOperation.Failed : call.Operation, body ?? []), cancellationToken);
        }
        catch (Exception error) when (error is OperationCanceledException or ChannelClosedException)
        {
            OriginLog.PeerFailed(log, "calling", error.Message);
        }
        catch (Exception error)
        {
            OriginLog.RequestFailed(log, error);
            answers.TryWrite(new Frame(call.Number, FrameOperation.Failed, default));
        }
        finally
        {
            room.Release();
        }
    }

    /// <summary>Null when the call cannot be understood, or the bytes are not those of the digest.</summary>
    private async Task<byte[]?> AnswerOfAsync(Frame call)
    {
        if (call.Operation == FrameOperation.FindLink)
        {
            return FrameBody.OfLink(await local.FindLinkAsync(Encoding.UTF8.GetString(call.Body.Span), CancellationToken.None));
        }
        if (!FrameBody.TryRead(call.Body, out var key, out var generation, out var hintFor, out var payload))
        {
            return null;
        }
        var none = CancellationToken.None;
        switch (call.Operation)
        {
            case FrameOperation.Probe:
                return FrameBody.OfFact(await local.ProbeAsync(key, none));
            case FrameOperation.Put when Digest.OfBytes(payload.Span) == key:
                return [(byte)await local.PutAsync(key, generation, new Payload(payload), hintFor, none)];
            case FrameOperation.Touch:
                return [(byte)await local.TouchAsync(key, generation, hintFor, none)];
            case FrameOperation.Delete:
                return [(byte)await local.DeleteAsync(key, generation, hintFor, none)];
            case FrameOperation.PutLink or FrameOperation.PutLinkTombstone when Link.Read(payload.Span) is { } link:
                return [(byte)await local.PutLinkAsync(link.Path, generation, payload,
                    call.Operation == FrameOperation.PutLinkTombstone, hintFor, none)];
            default:
                return null;
        }
    }
}
