using System.Buffers.Text;
using System.Globalization;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Peers;

/// <summary>
/// What one edge tells another of an object beside its bytes: the stored head as it is, with the times at which the
/// origin was asked, so that an object does not become younger by being handed on; and the fill sequence under its
/// term, so that an invalidation the asking edge knows counts against a copy the owner still takes for good.
/// </summary>
/// <remarks>
/// Written as fields separated by spaces: <c>1</c>, <c>o</c> (object) or <c>m</c> (what you hold is good), fill
/// sequence, term, <c>h</c> (hot) or <c>c</c>, stored head in base64url, seal.
/// </remarks>
internal sealed record PeerAnswerHead(StoredHead Head, bool IsMatch, long FillSequence, long Term, bool IsHot)
{
    /// <summary>Bytes of a head that fit the response head of a peer.</summary>
    private const int HeadBytesMax = 40 << 10;

    /// <summary>The field's value, or null when the head is too large to be handed on.</summary>
    public string? Write(PeerSeal seal, string ask)
    {
        if (Head.ByteCount > HeadBytesMax)
        {
            return null;
        }
        var bytes = new byte[Head.ByteCount];
        var count = Head.WriteTo(bytes);
        var said = string.Create(CultureInfo.InvariantCulture,
            $"1 {(IsMatch ? 'm' : 'o')} {FillSequence} {Term} {(IsHot ? 'h' : 'c')} {Base64Url.EncodeToString(bytes.AsSpan(0, count))}");
        return $"{said} {seal.OfAnswer(ask, said)}";
    }

    /// <summary>Reads what <see cref="Write"/> wrote for this ask; null when it is anything else.</summary>
    public static PeerAnswerHead? Read(string? field, PeerSeal seal, string ask)
    {
        var end = field?.LastIndexOf(' ') ?? -1;
        if (end < 0 || !PeerSeal.IsSame(field![(end + 1)..], seal.OfAnswer(ask, field[..end]))
            || field[..end].Split(' ') is not ["1", var kind, var sequence, var term, var hot, var head]
            || !long.TryParse(sequence, NumberStyles.None, CultureInfo.InvariantCulture, out var fillSequence)
            || !long.TryParse(term, NumberStyles.None, CultureInfo.InvariantCulture, out var ofTerm)
            || StoredHead.ReadFrom(Base64Url.DecodeFromChars(head), out _) is not { } http)
        {
            return null;
        }
        return new PeerAnswerHead(http, kind == "m", fillSequence, ofTerm, hot == "h");
    }
}
