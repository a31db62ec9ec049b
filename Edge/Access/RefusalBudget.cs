using System.IO.Hashing;
using System.Net;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Access;

/// <summary>
/// Refusals that each source of requests has left, so that guessing tokens and flooding with forged ones ends early.
/// Fixed memory: sources share slots by a hash that nobody outside can predict. Thread-safe, without locks.
/// </summary>
/// <remarks>
/// One number per slot: the moment at which the budget is full again (a leaky bucket as a virtual schedule, ITU-T I.371).
/// </remarks>
internal sealed class RefusalBudget
{
    private const int Slots = 1 << 16;
    private readonly long[] _fullAt = new long[Slots];
    private readonly long _seed = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8));
    private readonly long _interval;
    private readonly long _most;
    private readonly TimeProvider _time;

    public RefusalBudget(IOptions<RefusalOptions> options, TimeProvider time)
    {
        _time = time;
        _interval = Math.Max(1, time.TimestampFrequency / options.Value.RefusalsPerSecond);
        _most = _interval * options.Value.RefusalsMax;
    }

    /// <summary>Whether the source has none left. A request without an address has always some.</summary>
    public bool IsSpent(IPAddress? source) =>
        source is not null && Volatile.Read(ref _fullAt[SlotOf(source)]) - _time.GetTimestamp() > _most - _interval;

    /// <summary>Takes one.</summary>
    public void Charge(IPAddress? source)
    {
        if (source is null)
        {
            return;
        }
        ref var slot = ref _fullAt[SlotOf(source)];
        var now = _time.GetTimestamp();
        for (var seen = Volatile.Read(ref slot); ;)
        {
            var next = Math.Min(Math.Max(seen, now) + _interval, now + _most);
            var was = Interlocked.CompareExchange(ref slot, next, seen);
            if (was == seen)
            {
                return;
            }
            seen = was;
        }
    }

    private int SlotOf(IPAddress source)
    {
        Span<byte> bytes = stackalloc byte[16];
        var address = source.IsIPv4MappedToIPv6 ? source.MapToIPv4() : source;
        address.TryWriteBytes(bytes, out var length);
        return (int)(XxHash3.HashToUInt64(bytes[..(length == 4 ? 3 : 7)], _seed) & (Slots - 1));
    }
}
