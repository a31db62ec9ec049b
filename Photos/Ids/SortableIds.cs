using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Flickr.Photos.Ids;

/// <summary>
/// Makes ids of 26 characters that sort by time, without asking anyone: 48 bits of Unix milliseconds and 80 random bits in
/// Crockford's base 32 (the ULID layout). Two of one process are always in order, also within a millisecond and when
/// the clock steps back. Thread-safe.
/// </summary>
public sealed class SortableIds(TimeProvider time)
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    private readonly Lock _gate = new();
    private long _lastMs;
    private UInt128 _random;

    /// <summary>Length of an id.</summary>
    public const int Length = 26;

    /// <summary>Sorts after every id, in every collation: ids are digits and capitals, and a sign such as a tilde may sort before them.</summary>
    public const string AfterAll = "zz";

    /// <summary>A new id.</summary>
    public string Next()
    {
        lock (_gate)
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            if (now > _lastMs)
            {
                _lastMs = now;
                Span<byte> fresh = stackalloc byte[16];
                RandomNumberGenerator.Fill(fresh[6..]);
                fresh[6] &= 0x7F; // room to count up within the millisecond
                _random = BinaryPrimitives.ReadUInt128BigEndian(fresh);
            }
            else
            {
                _random++;
            }
            return Spell(((UInt128)(ulong)_lastMs << 80) | _random);
        }
    }

    /// <summary>The instant an id was made at; the Unix epoch for what is no id.</summary>
    public static DateTimeOffset TimeOf(string id)
    {
        var ms = 0L;
        foreach (var digit in id.Length == Length ? id.AsSpan(0, 10) : [])
        {
            ms = (ms << 5) | (uint)Math.Max(0, Digits.IndexOf(digit, StringComparison.Ordinal));
        }
        return DateTimeOffset.FromUnixTimeMilliseconds(ms & ((1L << 47) - 1));
    }

    private static string Spell(UInt128 value) => string.Create(Length, value, static (text, rest) =>
    {
        for (var i = Length - 1; i >= 0; i--)
        {
            text[i] = Digits[(int)(rest & 31)];
            rest >>= 5;
        }
    });
}
