using System.ComponentModel.DataAnnotations;
using Flickr.Edge.Respond;
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
    private readonly RequestRecord?[] _ring = new RequestRecord?[options.Value.RingSize];
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
        if (_ring.Length > 0)
        {
            Volatile.Write(ref _ring[(Interlocked.Increment(ref _next) - 1) % _ring.Length], record);
        }
        file.Write(record);
    }

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
        var next = Interlocked.Read(ref _next);
        for (var at = next - 1; at >= 0 && at >= next - _ring.Length; at--)
        {
            if (Volatile.Read(ref _ring[at % _ring.Length]) is { } record)
            {
                yield return record;
            }
        }
    }
}
