using System.Buffers;

namespace Flickr.Tokens.Jwt;

/// <summary>
/// The protected header of a JWT, read by a scanner of its own: flat members with plain ASCII strings, each
/// name once.
/// It runs on bytes nobody vouches for yet, so it throws never and allocates nothing (the runtime's JSON
/// reader throws on
/// malformed text, which costs a forger nothing and us 20 µs).
/// </summary>
internal ref struct JwtHeader
{
    /// <summary>Decoded bytes a header may have.</summary>
    public const int BytesMax = 512;

    private const int MembersMax = 11;

    private static readonly SearchValues<byte> Literal = SearchValues.Create("0123456789+-.eEtrufalsn"u8);

    public ReadOnlySpan<byte> Algorithm;
    public ReadOnlySpan<byte> KeyId;
    public ReadOnlySpan<byte> Type;

    /// <summary>Reads a header; false when it is malformed or holds a member that must not be
    /// there.</summary>
    public static bool TryRead(ReadOnlySpan<byte> json, ref JwtHeader header)
    {
        Span<(int Start, int Length)> names = stackalloc (int, int)[MembersMax];
        var count = 0;
        var at = 0;
        if (!Take(json, ref at, (byte)'{')) return false;
        if (Take(json, ref at, (byte)'}')) return AtEnd(json, at);
        do
        {
            if (count == MembersMax || !TryString(json, ref at, out var name)
                || !Take(json, ref at, (byte)':')) return false;
            var isText = TryString(json, ref at, out var value);
            if (!isText && !TryLiteral(json, ref at)) return false;
            for (var i = 0; i < count; i++)
                if (json.Slice(names[i].Start, names[i].Length).SequenceEqual(json[name])) return false;
            names[count++] = (name.Start.Value, name.End.Value - name.Start.Value);
            if (!TryKeep(json[name], isText, json[value], ref header)) return false;
        }
        while (Take(json, ref at, (byte)','));
        return Take(json, ref at, (byte)'}') && AtEnd(json, at);
    }

    /// <summary>
    /// Members that carry keys, change what is signed or ask for compression are refused, whatever they say:
    /// a key comes
    /// from the ring and the rest has no meaning here (<c>crit</c> RFC 7515 4.1.11, <c>b64</c> RFC 7797).
    /// </summary>
    private static bool TryKeep(ReadOnlySpan<byte> name, bool isText, ReadOnlySpan<byte> value,
        ref JwtHeader header)
    {
        if (name.SequenceEqual("alg"u8)) header.Algorithm = value;
        else if (name.SequenceEqual("kid"u8)) header.KeyId = value;
        else if (name.SequenceEqual("typ"u8)) header.Type = value;
        else
            return !(name.SequenceEqual("crit"u8) || name.SequenceEqual("b64"u8)
                || name.SequenceEqual("jwk"u8)
                || name.SequenceEqual("jku"u8) || name.SequenceEqual("x5u"u8) || name.SequenceEqual("x5c"u8)
                || name.SequenceEqual("zip"u8) || name.SequenceEqual("cty"u8) || name.SequenceEqual("enc"u8)
                || name.SequenceEqual("epk"u8));
        return isText && !value.IsEmpty;
    }

    private static bool TryString(ReadOnlySpan<byte> json, ref int at, out Range text)
    {
        text = default;
        if (!Take(json, ref at, (byte)'"')) return false;
        var length = json[at..].IndexOf((byte)'"');
        if (length < 0) return false;
        // An escape is a second spelling, and there is nothing in a header that needs one.
        if (json.Slice(at, length).ContainsAnyExceptInRange((byte)' ', (byte)'~')) return false;
        if (json.Slice(at, length).Contains((byte)'\\')) return false;
        text = at..(at + length);
        at += length + 1;
        return true;
    }

    private static bool TryLiteral(ReadOnlySpan<byte> json, ref int at)
    {
        SkipSpace(json, ref at);
        var length = json[at..].IndexOfAnyExcept(Literal);
        if (length <= 0) return false;
        at += length;
        return true;
    }

    private static bool Take(ReadOnlySpan<byte> json, ref int at, byte expected)
    {
        SkipSpace(json, ref at);
        if (at >= json.Length || json[at] != expected) return false;
        at++;
        return true;
    }

    private static bool AtEnd(ReadOnlySpan<byte> json, int at)
    {
        SkipSpace(json, ref at);
        return at == json.Length;
    }

    private static void SkipSpace(ReadOnlySpan<byte> json, ref int at)
    {
        while (at < json.Length && json[at] is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n') at++;
    }
}
