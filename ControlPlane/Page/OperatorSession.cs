using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Flickr.ControlPlane.Access;

namespace Flickr.ControlPlane.Page;

/// <summary>
/// Who is signed in to the page. The cookie is <c>expiryMs.nonce.mac</c>, signed under a key derived from the
/// operator key:
/// nothing is stored, every control plane with the same operator key knows it, and a new operator key ends
/// all sessions.
/// </summary>
internal sealed class OperatorSession(RoleKeys keys, TimeProvider time)
{
    public const string CookieName = "flickr_operator";
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(8);
    private static readonly TimeSpan FailureWindow = TimeSpan.FromMinutes(1);
    private const int FailuresMax = 10;

    private readonly byte[] _key = HKDF.DeriveKey(
        HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(keys.OperatorKey), 32,
            info: "flickr operator page 1"u8.ToArray());
    private readonly Lock _failing = new();
    private readonly Queue<long> _failures = new();

    /// <summary>
    /// Signs in with the operator key. <see cref="SignIn.TooOften"/> after ten wrong keys within a minute.
    /// </summary>
    public SignIn TrySignIn(HttpContext context, string? key)
    {
        lock (_failing)
        {
            while (_failures.TryPeek(out var oldest) && time.GetElapsedTime(oldest) > FailureWindow)
            {
                _failures.Dequeue();
            }
            if (_failures.Count >= FailuresMax)
            {
                return SignIn.TooOften;
            }
            if (keys.RoleOf(key) != Role.Operator)
            {
                _failures.Enqueue(time.GetTimestamp());
                return SignIn.WrongKey;
            }
        }
        var expiry = (time.GetUtcNow() + Lifetime).ToUnixTimeMilliseconds();
        var body = $"{expiry}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}";
        context.Response.Cookies.Append(CookieName, $"{body}.{Mac("session", body)}", Cookie(context));
        return SignIn.Done;
    }

    /// <summary>Forgets the cookie.</summary>
    public static void SignOut(HttpContext context) =>
        context.Response.Cookies.Delete(CookieName, Cookie(context));

    /// <summary>The session's cookie when it is ours and has not run out; else null.</summary>
    public string? Of(HttpContext context)
    {
        var cookie = context.Request.Cookies[CookieName];
        var dot = cookie?.LastIndexOf('.') ?? -1;
        if (cookie is null || dot < 0 || !Same(cookie[(dot + 1)..], Mac("session", cookie[..dot])))
        {
            return null;
        }
        var expiry = long.Parse(cookie.AsSpan(0, cookie.IndexOf('.', StringComparison.Ordinal)),
            CultureInfo.InvariantCulture);
        return expiry > time.GetUtcNow().ToUnixTimeMilliseconds() ? cookie : null;
    }

    /// <summary>
    /// The hidden field of the session's forms: a page of another site can send the cookie's form, but not
    /// this.
    /// </summary>
    public string FormToken(string session) => Mac("form", session);

    /// <summary>Whether a form is one of ours.</summary>
    public bool IsOwnForm(HttpContext context, string session, string? token)
    {
        var site = context.Request.Headers["Sec-Fetch-Site"].ToString();
        return site is "" or "same-origin" && Same(token ?? "", FormToken(session));
    }

    private string Mac(string purpose, string text) =>
        Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes($"{purpose}|{text}")));

    private static bool Same(string given, string expected) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(given), Encoding.UTF8.GetBytes(expected));

    private static CookieOptions Cookie(HttpContext context) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Strict,
        Secure = context.Request.IsHttps,
        Path = "/",
        MaxAge = Lifetime,
    };
}

/// <summary>What came of a sign-in.</summary>
internal enum SignIn
{
    Done,
    WrongKey,
    TooOften,
}
