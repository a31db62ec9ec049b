using System.Buffers;
using System.Text;

namespace Flickr.Edge.Gate;

/// <summary>
/// Judges a request target in its raw form. What stands here is what the origin will see, so it must be a URI
/// to the letter; whether its path is the canonical one is asked later, of <c>CanonicalPath</c>.
/// </summary>
internal static class TargetJudge
{
    /// <summary>
    /// Printable ASCII without <c>#</c> (a fragment never travels) and <c>\</c> (a slash to some).
    /// </summary>
    private static readonly SearchValues<byte> Allowed = SearchValues.Create(
        [.. Enumerable.Range(0x21, 0x7e - 0x20).Where(value => value is not ('#' or '\\'))
        .Select(value => (byte)value)]);

    /// <summary>
    /// The longest target that is judged outside HTTP/1, where the server's limit is on the line.
    /// </summary>
    private const int CharsMax = 8 * 1024;

    /// <summary>Judges a target that the server already decoded to chars (HTTP/2).</summary>
    public static GateRefusal Judge(string target)
    {
        if (target.Length > CharsMax)
        {
            return GateRefusal.Target;
        }
        Span<byte> bytes = stackalloc byte[CharsMax];
        return Ascii.FromUtf16(target, bytes, out var count) == OperationStatus.Done
            ? Judge(bytes[..count])
            : GateRefusal.Target;
    }

    /// <summary>Judges an origin-form, absolute-form or asterisk-form target.</summary>
    public static GateRefusal Judge(ReadOnlySpan<byte> target)
    {
        if (target.Length == 0 || target.ContainsAnyExcept(Allowed) || !HasKnownForm(target))
        {
            return GateRefusal.Target;
        }
        var query = target.IndexOf((byte)'?');
        var at = 0;
        while (target[at..].IndexOf((byte)'%') is >= 0 and var next)
        {
            at += next;
            if (at + 2 >= target.Length || !TryHex(target[at + 1], out var high)
                || !TryHex(target[at + 2], out var low))
            {
                return GateRefusal.Target;
            }
            var value = high << 4 | low;
            var isInPath = query < 0 || at < query;
            if (value is 0 or '\r' or '\n' || (isInPath && value is < 0x20 or 0x7f))
            {
                return GateRefusal.EscapedControl;
            }
            at += 3;
        }
        return GateRefusal.None;
    }

    private static bool HasKnownForm(ReadOnlySpan<byte> target) =>
        target[0] == '/' || target.SequenceEqual("*"u8) || target.StartsWith("http://"u8)
        || target.StartsWith("https://"u8);

    internal static bool TryHex(byte character, out int value)
    {
        value = character switch
        {
            >= (byte)'0' and <= (byte)'9' => character - '0',
            >= (byte)'a' and <= (byte)'f' => character - 'a' + 10,
            >= (byte)'A' and <= (byte)'F' => character - 'A' + 10,
            _ => -1,
        };
        return value >= 0;
    }
}
