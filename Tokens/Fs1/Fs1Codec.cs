using System.Buffers.Text;
using System.Text;
using Flickr.Tokens.Paths;
using Flickr.Tokens.Signatures;

namespace Flickr.Tokens.Fs1;

/// <summary>
/// The compact signed URL, version 1. The token stands in the query as <c>fs=</c>; the path it covers is not
/// carried but
/// signed. One token has one spelling.
/// </summary>
/// <remarks>
/// <c>1.kid.exp.life.scope.own.epoch[.opts].tag</c>
/// <code>
/// field   spelling                               meaning
/// 1       the digit                              version
/// kid     1-64 of [A-Za-z0-9_~@-], no dot        id of an HS256 key
/// exp     base 36, lower case, no leading zero   expiry, Unix seconds
/// life    base 36                                expiry minus issue, in seconds
/// scope   f | d1 .. dg (base 36)                    the full path | everything below its first N segments
/// own     1-64 of [A-Za-z0-9_-]                  owner id, as it is
/// epoch   base 36                                the owner's epoch at the issue
/// opts    items joined by ~, in this order, each at most once; the field is left out when there is none:
///   c&lt;h&gt;    one hex digit 1-f                  1 thumb, 2 rendition, 4 original, 8 metadata; default b
///   j&lt;id&gt;   1-64 of [A-Za-z0-9_-]              token id; required with class original and with o
///   n&lt;n&gt;    base 36, 2-16                      originals at a time; without it: 1
///   o                                            one use
///   t&lt;a,b&gt;  1-8 of 1-64 of [A-Za-z0-9_:-]      tags
///   v&lt;id&gt;   1-64 of [A-Za-z0-9_-]              viewer
/// tag     22 or 43 of base64url                  the first 16 or all 32 bytes of the HMAC-SHA-256
/// </code>
/// Signed are these lines, joined by one newline each, without one at the end; no field can hold a newline:
/// <code>
/// FS1 / kid / host / G / scope / path / (empty) / exp / issue / own / epoch / opts
/// </code>
/// <c>host</c> is <c>host[:port]</c> in lower case; <c>G</c> stands for GET and HEAD; <c>path</c> is the
/// canonical path for
/// <c>f</c> and its first N segments with the slash after them for <c>dN</c>; the empty line is kept for
/// signed query
/// parameters; <c>exp</c> and <c>issue</c> are decimal Unix seconds, <c>epoch</c> is decimal; <c>opts</c> is
/// the field as
/// it stands in the token, empty when left out.
/// </remarks>
internal static class Fs1Codec
{
    public const int DepthMax = 16;
    private const int ShortTagBytes = 16;

    /// <summary>Reads a token and verifies its tag; the facts are only to be believed when the verdict is
    /// Valid.</summary>
    public static TokenVerdict Read(
        ReadOnlySpan<byte> token, in TokenRequest request, KeyRing keys, DateTimeOffset now,
        ref TokenFacts facts)
    {
        var fields = new Fs1Fields();
        if (!Fs1Fields.TrySplit(token, ref fields)) return TokenVerdict.Malformed;
        var verdict = DerivedKey.Find(keys, fields.KeyId, request, now, out var found);
        if (verdict != TokenVerdict.Valid) return verdict;
        if (found.Check is not HmacSignature hmac) return TokenVerdict.WrongAlgorithm;
        if (!TokenText.IsHost(request.Host)) return TokenVerdict.WrongAudience;
        var scoped = fields.Depth == 0 ? request.Path.Value : request.Path.Prefix(fields.Depth);
        if (scoped.IsEmpty) return TokenVerdict.OutOfScope;

        Span<byte> tag = stackalloc byte[HmacSignature.TagBytes];
        if (!StrictBase64Url.TryDecode(fields.Tag, tag, out var tagBytes)) return TokenVerdict.Malformed;
        Span<byte> signed = stackalloc byte[SignedBytesMax(token.Length, request.Host.Length, scoped.Length)];
        var length = WriteSigned(fields, request.Host, scoped, signed);
        if (!hmac.IsGenuine(signed[..length], tag[..tagBytes], ShortTagBytes))
            return TokenVerdict.BadSignature;

        facts.Key = found.Key;
        facts.KeyDepth = found.Depth;
        facts.Depth = fields.Depth;
        facts.Owner = fields.Owner;
        facts.Expires = fields.Expires;
        facts.IssuedAt = fields.Expires - fields.Life;
        facts.OwnerEpoch = fields.Epoch;
        return Fs1Options.TryRead(fields.Options, ref facts) ? TokenVerdict.Valid : TokenVerdict.Malformed;
    }

    /// <summary>Writes and signs a token. The fields are checked by the minter.</summary>
    public static string Write(MintKey key, in MintFacts facts)
    {
        var depth = facts.Scope.Kind == ScopeKind.Exact ? 0
            : CanonicalPath.Parse(facts.Scope.Value).SegmentCount;
        var head =
            $"1.{key.KeyId}.{Base36.Write(facts.Expires)}.{Base36.Write(facts.Expires - facts.IssuedAt)}."
            + $"{(depth == 0 ? "f" : "d" + Base36.Write(depth))}.{facts.Owner}."
            + Base36.Write(facts.OwnerEpoch);
        var options = Fs1Options.Write(facts);
        if (options.Length > 0) head += "." + options;

        // The unsigned token with a tag of the right length splits into the very fields that will be
        // verified.
        Span<byte> tag = stackalloc byte[HmacSignature.TagBytes];
        var token = Encoding.ASCII.GetBytes(head + "." + new string('A', 43));
        var fields = new Fs1Fields();
        if (!Fs1Fields.TrySplit(token, ref fields)) throw new MintRefusedException(MintRefusal.Field);
        Span<byte> signed =
            stackalloc byte[SignedBytesMax(token.Length, facts.Audience.Length, facts.Scope.Value.Length)];
        var length = WriteSigned(fields, facts.Audience, facts.Scope.Value, signed);
        key.Hmac!.Sign(signed[..length], tag);
        return $"{head}.{Base64Url.EncodeToString(tag)}";
    }

    private static int SignedBytesMax(int token, int host, int path) => 96 + token + host + path;

    private static int WriteSigned(in Fs1Fields fields, string host, ReadOnlySpan<char> path, Span<byte> into)
    {
        var writer = new LineWriter(into);
        writer.Line("FS1"u8);
        writer.Line(fields.KeyId);
        writer.Line(host);
        writer.Line("G"u8);
        writer.Line(fields.Scope);
        writer.Line(path);
        writer.Line(""u8);
        writer.Line(fields.Expires);
        writer.Line(fields.Expires - fields.Life);
        writer.Line(fields.Owner);
        writer.Line(fields.Epoch);
        writer.Line(fields.Options);
        return writer.Length - 1;
    }
}
