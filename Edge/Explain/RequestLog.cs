using System.ComponentModel.DataAnnotations;
using Flickr.Edge.Respond;
using Flickr.Edge.Status;
using Flickr.Tokens;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Explain;

/// <summary>The ring of recent requests and the access log; section <c>Edge:AccessLog</c>.</summary>
public sealed class AccessLogOptions
{
    /// <summary>File that gets one JSON line a request; empty: none is written. Default empty.</summary>
    public string Path { get; set; } = "";

    /// <summary>
    /// Lines that may wait for the disk; more are dropped and counted. 16 to 1,000,000. Default 10,000.
    /// </summary>
    [Range(16, 1_000_000)]
    public int LinesWaitingMax { get; set; } = 10_000;

    /// <summary>
    /// Requests kept in memory for <c>/log</c> and <c>/top</c>. 0 to 1,000,000. Default 4,096.
    /// </summary>
    [Range(0, 1_000_000)]
    public int RingSize { get; set; } = 4_096;
}

[OptionsValidator]
internal sealed partial class AccessLogOptionsValidator : IValidateOptions<AccessLogOptions>;

/// <summary>
/// Keeps the last requests in memory and hands them to the access log. Thread-safe; never holds a token.
/// </summary>
internal sealed class RequestLog(IOptions<AccessLogOptions> options, AccessLog file, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly Slot[] _ring = new Slot[options.Value.RingSize];
    private long _next;

    /// <summary>Notes an answered request.</summary>
    public void Add(HttpContext context, EdgeRequest? request, TimeSpan took)
    {
        if (_ring.Length == 0 && !file.IsOn)
        {
            return;
        }
        var record = new RequestRecord(
            time.GetUtcNow(), context.Request.Method, request?.Host
                ?? context.Request.Headers.Host.ToString(),
            request is null ? "(refused)" : Redacted(request.UpstreamTarget), context.Response.StatusCode,
                request?.Outcome ?? AnswerOutcome.Refused,
            request is { Status: var status } && status != default ? status.ToString() : null,
                request?.Problem,
            took.TotalMilliseconds, request?.SentBytes ?? 0, request?.Key.ToString(), request?.Grant?.Owner,
            context.Connection.RemoteIpAddress?.ToString());
        Keep(new Slot(record, default));
        file.Write(record);
    }

    /// <summary>
    /// Notes a hit answered on the connection. Allocates nothing, unless there is an access log.
    /// </summary>
    public void Add(in HitNote note)
    {
        Keep(new Slot(null, note));
        if (file.IsOn)
        {
            file.Write(RecordOf(note));
        }
    }

    private void Keep(in Slot slot)
    {
        if (_ring.Length == 0)
        {
            return;
        }
        lock (_gate)
        {
            _ring[_next++ % _ring.Length] = slot;
        }
    }

    private static RequestRecord RecordOf(in HitNote note) => new(
        note.At, HttpMethods.Get, note.Host, Redacted(note.UpstreamTarget), StatusCodes.Status200OK,
        note.Outcome, note.Outcome == AnswerOutcome.Hit ? new CacheStatus
        {
            IsHit = true,
            TtlSeconds = note.TtlSeconds,
            Detail = "memory",
        }.ToString() : null, null, note.Took.TotalMilliseconds, note.Bytes, note.Key.ToString(),
        note.Grant?.Owner, note.Client?.ToString());

    /// <summary>
    /// On a token site tokens are gone already; elsewhere a query that has one is not written down at all.
    /// </summary>
    private static string Redacted(string target)
    {
        var mark = target.IndexOf('?', StringComparison.Ordinal);
        return mark >= 0 && (target.Contains(TokenCarrier.JwtParameter + "=", StringComparison.Ordinal)
            || target.AsSpan(mark).Contains("?fs=", StringComparison.Ordinal)
            || target.AsSpan(mark).Contains("&fs=", StringComparison.Ordinal))
            ? target[..mark] + "?(redacted)"
            : target;
    }

    /// <summary>The kept requests, newest first.</summary>
    public IEnumerable<RequestRecord> Newest()
    {
        Slot[] kept;
        long next;
        lock (_gate)
        {
            (kept, next) = ([.. _ring], _next);
        }
        for (var at = next - 1; at >= 0 && at >= next - kept.Length; at--)
        {
            var slot = kept[at % kept.Length];
            yield return slot.Record ?? RecordOf(slot.Note);
        }
    }

    private readonly record struct Slot(RequestRecord? Record, HitNote Note);
}
