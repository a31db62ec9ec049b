using System.Security.Cryptography;
using Flickr.Edge.Collapse;
using Flickr.Edge.Conditions;
using Flickr.Edge.Ranges;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Fetch;

/// <summary>
/// The body of a whole 200 that survives a broken replica: the rest is asked of another one with <c>Range</c>
/// and <c>If-Range</c>, and taken only when entity tag, position and length fit. With a digest announced the
/// bytes are hashed, and a body that ends with another hash is not whole.
/// </summary>
internal sealed class ResumableBody : IDisposable
{
    private readonly Fetcher _fetcher;
    private readonly FetchOrder _order;
    private readonly FetchOptions _options;
    private readonly EdgeMetrics _metrics;
    private readonly string? _entityTag;
    private readonly long? _length;
    private readonly byte[]? _digest;
    private readonly IncrementalHash? _hash;
    private Exchange _exchange;
    private long _position;
    private int _resumes;

    /// <param name="fetcher">Asks for the rest.</param>
    /// <param name="order">The order that <paramref name="first"/> answers.</param>
    /// <param name="first">The answer; owned from here on.</param>
    /// <param name="options">Limits of resuming.</param>
    /// <param name="metrics">Counts resumes.</param>
    public ResumableBody(Fetcher fetcher, FetchOrder order, Exchange first, IOptions<FetchOptions> options,
        EdgeMetrics metrics)
    {
        (_fetcher, _order, _exchange, _options, _metrics) = (fetcher, order, first, options.Value, metrics);
        _length = first.Length;
        var tag = first.Headers.First("ETag");
        _entityTag = first.Status == 200 && EntityTag.Parse(tag) is { IsWeak: false } ? tag : null;
        _digest = order.Site.IsPhotos && first.Status == 200
            ? ReprDigest.Sha256Of(first.Headers.First("Repr-Digest")) : null;
        _hash = _digest is null ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    }

    /// <summary>Reads the next bytes; 0 when the body is whole.</summary>
    /// <exception cref="FillCutException">The body broke and could not be resumed, or is not what was
    /// announced.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> into, CancellationToken cancellationToken)
    {
        while (true)
        {
            FillFault fault;
            try
            {
                var count = await _exchange.ReadAsync(into, cancellationToken);
                if (count == 0)
                {
                    return CheckWhole();
                }
                _hash?.AppendData(into.Span[..count]);
                _position += count;
                return count;
            }
            catch (FillCutException cut)
            {
                fault = cut.Fault;
            }
            if (!await TryResumeAsync(into, cancellationToken))
            {
                throw new FillCutException(fault);
            }
        }
    }

    public void Dispose()
    {
        _exchange.Dispose();
        _hash?.Dispose();
    }

    private int CheckWhole()
    {
        if (_digest is not null && !CryptographicOperations.FixedTimeEquals(_digest, _hash!.GetCurrentHash()))
        {
            throw new FillCutException(FillFault.DigestMismatch);
        }
        return 0;
    }

    private async Task<bool> TryResumeAsync(Memory<byte> scratch, CancellationToken cancellationToken)
    {
        var broken = _exchange.Replica;
        _exchange.Dispose();
        if (_entityTag is null || _resumes++ >= _options.ResumesMax)
        {
            return false;
        }
        var rest = _order with
        {
            Fields = _order.Fields
                .Without(line => line.Is("If-None-Match") || line.Is("If-Modified-Since"))
                .With("Range", $"bytes={_position}-").With("If-Range", _entityTag),
        };
        var (exchange, _) = await _fetcher.SendAsync(rest, broken, cancellationToken);
        if (exchange is null)
        {
            return false;
        }
        _exchange = exchange;
        var fits = exchange.Headers.First("ETag") == _entityTag
            && (exchange.Status == 206 ? FitsRange(exchange) : exchange.Status == 200 && FitsWhole(exchange)
                && await SkipAsync(scratch, cancellationToken));
        if (fits)
        {
            _metrics.FillResumed();
        }
        return fits;
    }

    private bool FitsRange(Exchange exchange) =>
        ContentRange.Parse(exchange.Headers.First("Content-Range")) is { } range && range.First == _position
        && (_length is not { } length
            || (range.Last == length - 1 && (range.Complete < 0 || range.Complete == length)));

    private bool FitsWhole(Exchange exchange) => _length is null || exchange.Length == _length;

    /// <summary>
    /// The replica sent the same bytes from the start: those that are here already are read past.
    /// </summary>
    private async Task<bool> SkipAsync(Memory<byte> scratch, CancellationToken cancellationToken)
    {
        for (var left = _position; left > 0;)
        {
            int count;
            try
            {
                count = await _exchange.ReadAsync(scratch[..(int)Math.Min(scratch.Length, left)],
                    cancellationToken);
            }
            catch (FillCutException)
            {
                return false; // this replica broke too; what was counted stands, nothing was taken from it
            }
            if (count == 0)
            {
                return false;
            }
            left -= count;
        }
        return true;
    }
}
