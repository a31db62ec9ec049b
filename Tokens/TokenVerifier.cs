using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Flickr.Tokens.Fs1;
using Flickr.Tokens.Jwt;
using Flickr.Tokens.Paths;
using Flickr.Tokens.Remembered;

namespace Flickr.Tokens;

/// <summary>
/// Verifies tokens: key, signature, claims, time, scope, method and class, in this order; the signature
/// before any claim is
/// believed, and no leeway anywhere. It knows nothing of revocation: the caller asks its invalidations with
/// the grant.
/// Remembers what it verified, by a keyed hash of token and host, and asks key and time again on every use.
/// Thread-safe.
/// </summary>
public sealed class TokenVerifier
{
    private readonly TokenVerifierOptions _options;
    private readonly TimeProvider _time;
    private readonly KeyedHash _hash = new();
    private readonly RememberedTokens _remembered;
    private readonly RefusedTokens _refused = new();
    private readonly long _lifetimeMaxSeconds;

    /// <summary>A verifier with an empty memory.</summary>
    /// <exception cref="System.ComponentModel.DataAnnotations.ValidationException">A setting out of its
    /// range.</exception>
    public TokenVerifier(TokenVerifierOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options.Checked();
        _time = time;
        _remembered = new RememberedTokens(_options.RememberedTokensMax);
        _lifetimeMaxSeconds = (long)_options.LifetimeMax.TotalSeconds;
    }

    /// <summary>Tokens remembered now.</summary>
    public int RememberedTokens => _remembered.Count;

    /// <summary>
    /// Verifies a token for a request. The grant is there exactly when the verdict is
    /// <see cref="TokenVerdict.Valid"/>.
    /// Allocates nothing for a token that is remembered or refused (HMAC); a new token costs its grant, once.
    /// </summary>
    public TokenVerdict Verify(
        ReadOnlySpan<char> token, TokenForm form, in TokenRequest request, KeyRing keys,
        out AccessGrant? grant)
    {
        grant = null;
        var verdict =
            TryAscii(token, stackalloc byte[Math.Min(token.Length, Limits.TokenLengthMax)], out var ascii);
        if (verdict != TokenVerdict.Valid) return verdict;
        var now = _time.GetUtcNow();
        var hash = Hash(ascii, form, request.Host);
        if (TryRemembered(hash, keys, out var remembered))
        {
            verdict = JudgeRemembered(hash, remembered, request, now);
        }
        else
        {
            if (form == TokenForm.Jwt && _refused.Contains(hash, keys, now)) return TokenVerdict.BadSignature;
            scoped var facts = new TokenFacts();
            verdict = Read(ascii, form, request, keys, now, stackalloc byte[2 * ascii.Length], ref facts);
            if (verdict == TokenVerdict.BadSignature
                && facts.Key is { Algorithm: not SigningAlgorithm.HS256 })
                _refused.Keep(hash, keys, now);
            if (verdict != TokenVerdict.Valid) return verdict;
            remembered = new RememberedToken(ToGrant(facts, form, request), facts.Key!, keys.Generation);
            _remembered.Keep(hash, remembered);
            verdict = JudgeUse(remembered.Grant, request);
        }
        if (verdict == TokenVerdict.Valid) grant = remembered.Grant;
        return verdict;
    }

    /// <summary>
    /// Verifies without remembering and without a grant: for tools, and for measuring the bare cost.
    /// Allocates nothing under
    /// HS256 with path scopes.
    /// </summary>
    public TokenVerdict Verify(ReadOnlySpan<char> token, TokenForm form, in TokenRequest request,
        KeyRing keys)
    {
        var verdict =
            TryAscii(token, stackalloc byte[Math.Min(token.Length, Limits.TokenLengthMax)], out var ascii);
        if (verdict != TokenVerdict.Valid) return verdict;
        scoped var facts = new TokenFacts();
        verdict =
            Read(ascii, form, request, keys, _time.GetUtcNow(), stackalloc byte[2 * ascii.Length], ref facts);
        if (verdict != TokenVerdict.Valid) return verdict;
        if (form == TokenForm.Jwt && !JwtScope.Covers(facts.Container, request))
            return TokenVerdict.OutOfScope;
        if (!facts.Client.IsEmpty && Clients(facts)?.Contains(request.Client) != true)
            return TokenVerdict.WrongClient;
        return JudgeMethodAndClass(facts.Classes, request);
    }

    /// <summary>
    /// Whether the token is remembered under these keys, so that
    /// <see cref="Verify(ReadOnlySpan{char}, TokenForm, in TokenRequest, KeyRing, out AccessGrant)"/>
    /// will not compute a signature. Lets a server queue the dear ones apart, where a flood of forged tokens
    /// cannot delay
    /// the known ones.
    /// </summary>
    public bool IsRemembered(ReadOnlySpan<char> token, TokenForm form, string host, KeyRing keys) =>
        TryAscii(token, stackalloc byte[Math.Min(token.Length, Limits.TokenLengthMax)],
            out var ascii) == TokenVerdict.Valid
        && TryRemembered(Hash(ascii, form, host), keys, out _);

    private static TokenVerdict TryAscii(ReadOnlySpan<char> token, Span<byte> buffer,
        out ReadOnlySpan<byte> ascii)
    {
        ascii = default;
        if (token.IsEmpty) return TokenVerdict.Missing;
        if (token.Length > Limits.TokenLengthMax) return TokenVerdict.TooLarge;
        if (Ascii.FromUtf16(token, buffer, out var length) != System.Buffers.OperationStatus.Done)
            return TokenVerdict.Malformed;
        ascii = buffer[..length];
        return TokenVerdict.Valid;
    }

    /// <summary>Token, form and host as one hashed string; no token and no host holds a NUL.</summary>
    private UInt128 Hash(ReadOnlySpan<byte> token, TokenForm form, string host)
    {
        Span<byte> whole = stackalloc byte[token.Length + 2 + 2 * Math.Min(host.Length, 256)];
        token.CopyTo(whole);
        whole[token.Length] = 0;
        whole[token.Length + 1] = (byte)form;
        // Hosts above 255 characters are refused by every form, so cutting one cannot let it through.
        System.Runtime.InteropServices.MemoryMarshal.AsBytes(host.AsSpan(0, Math.Min(host.Length, 256)))
            .CopyTo(whole[(token.Length + 2)..]);
        return _hash.Of(whole);
    }

    private bool TryRemembered(UInt128 hash, KeyRing keys, [NotNullWhen(true)] out RememberedToken? token)
    {
        if (!_remembered.TryFind(hash, out token)) return false;
        var current = token.Under(keys);
        if (current is null) _remembered.Forget(hash);
        else if (!ReferenceEquals(current, token)) _remembered.Keep(hash, current);
        token = current;
        return token is not null;
    }

    private TokenVerdict JudgeRemembered(UInt128 hash, RememberedToken token, in TokenRequest request,
        DateTimeOffset now)
    {
        if (!token.Key.IsUsable(now)) return TokenVerdict.KeyNotUsable;
        if (token.Grant.Expires <= now)
        {
            _remembered.Forget(hash);
            return TokenVerdict.Expired;
        }
        return JudgeUse(token.Grant, request);
    }

    private TokenVerdict Read(
        ReadOnlySpan<byte> token, TokenForm form, in TokenRequest request, KeyRing keys, DateTimeOffset now,
        Span<byte> buffer, ref TokenFacts facts)
    {
        TokenVerdict verdict;
        if (form == TokenForm.Fs1)
        {
            verdict = Fs1Codec.Read(token, request, keys, now, ref facts);
        }
        else
        {
            verdict = CompactJws.Verify(
                token, request, keys, now, _options.Profile, buffer[..token.Length], out var found,
                out var payload);
            (facts.Key, facts.KeyDepth) = (found.Key, found.Depth);
            if (verdict == TokenVerdict.Valid)
                verdict = JwtClaims.Read(payload, buffer[token.Length..], _options.Profile, ref facts);
        }
        if (verdict != TokenVerdict.Valid) return verdict;
        verdict = JudgeTimes(ref facts, now.ToUnixTimeSeconds());
        if (verdict != TokenVerdict.Valid) return verdict;
        if (!facts.Client.IsEmpty && Clients(facts) is null) return TokenVerdict.UnknownClaim;
        if (form == TokenForm.Jwt) verdict = JwtScope.JudgeNames(facts, request, _options.Audience);
        if (verdict != TokenVerdict.Valid) return verdict;
        // A key for a part of the tree must not sign for more, or the remembered token would open it later.
        if (facts.KeyDepth > 0 && !IsWithinKey(form, facts, request)) return TokenVerdict.OutOfScope;
        var needsId = facts.Once || (facts.Classes & PhotoClasses.Original) != 0;
        if (needsId && facts.TokenId.IsEmpty && _options.Profile == TokenProfile.Strict)
            return TokenVerdict.TokenIdMissing;
        return TokenVerdict.Valid;
    }

    private static bool IsWithinKey(TokenForm form, in TokenFacts facts, in TokenRequest request) =>
        form == TokenForm.Fs1
        ? facts.Depth == 0 || facts.Depth >= facts.KeyDepth
        : JwtScope.IsWithin(facts.Container, request.Path.Prefix(facts.KeyDepth));

    private TokenVerdict JudgeTimes(ref TokenFacts facts, long now)
    {
        if (facts.Expires <= now) return TokenVerdict.Expired;
        if (facts.IssuedAt < 0)
        {
            // A foreign token that does not say when it was issued counts as issued as early as its expiry
            // allows.
            facts.IssuedAt = Math.Max(0, facts.Expires - _lifetimeMaxSeconds);
            if (facts.IssuedAt > now) return TokenVerdict.LifetimeTooLong;
        }
        if (facts.IssuedAt > now + Limits.IssuedAheadSecondsMax) return TokenVerdict.IssuedInFuture;
        if (facts.Expires - facts.IssuedAt > _lifetimeMaxSeconds) return TokenVerdict.LifetimeTooLong;
        if (facts.NotBefore > now) return TokenVerdict.NotYetValid;
        return TokenVerdict.Valid;
    }

    private static TokenVerdict JudgeUse(AccessGrant grant, in TokenRequest request)
    {
        if (!grant.Scope.Covers(request)) return TokenVerdict.OutOfScope;
        if (grant.Clients is not null && !grant.Clients.Contains(request.Client))
            return TokenVerdict.WrongClient;
        return JudgeMethodAndClass(grant.Classes, request);
    }

    private static TokenVerdict JudgeMethodAndClass(PhotoClasses classes, in TokenRequest request)
    {
        if (!request.IsGetOrHead) return TokenVerdict.MethodNotAllowed;
        return request.Class != PhotoClasses.None && (request.Class & ~classes) == 0
            ? TokenVerdict.Valid
            : TokenVerdict.ClassNotAllowed;
    }

    private ClientRange? Clients(in TokenFacts facts) =>
        facts.Client.IsEmpty ? null : EncryptedClient.Open(facts.Client, _options.ClientAddressKeys);

    private AccessGrant ToGrant(in TokenFacts facts, TokenForm form, in TokenRequest request) => new()
    {
        Form = form,
        KeyId = facts.Key!.KeyId,
        Issuer = facts.Key.Issuer,
        Audience = request.Host,
        Scope = form == TokenForm.Jwt ? JwtScope.ToScope(facts.Container)!
            : facts.Depth == 0 ? GrantScope.Exact(request.Path)
            : GrantScope.Prefix(CanonicalPath.Parse(request.Path.Prefix(facts.Depth).ToString())),
        Classes = facts.Classes,
        Owner = facts.Owner.IsEmpty ? null : Encoding.ASCII.GetString(facts.Owner),
        OwnerEpoch = Math.Max(0, facts.OwnerEpoch),
        Viewer = facts.Viewer.IsEmpty ? null : Encoding.ASCII.GetString(facts.Viewer),
        TokenId = facts.TokenId.IsEmpty ? null : Encoding.ASCII.GetString(facts.TokenId),
        IssuedAt = DateTimeOffset.FromUnixTimeSeconds(facts.IssuedAt),
        Expires = DateTimeOffset.FromUnixTimeSeconds(facts.Expires),
        NotBefore = facts.NotBefore < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(facts.NotBefore),
        Once = facts.Once,
        ConcurrentOriginals = facts.ConcurrentOriginals,
        Clients = Clients(facts),
        Tags = facts.Tags.IsEmpty ? []
            : ImmutableArray.Create(Encoding.ASCII.GetString(facts.Tags).Split(',')),
    };
}
