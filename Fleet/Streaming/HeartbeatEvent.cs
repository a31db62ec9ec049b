using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Flickr.Fleet.Streaming;

/// <summary>
/// Each second: "at this time the log ended here". Sent only after everything up to <paramref name="Head"/>,
/// and signed, so
/// that nothing between can hold an invalidation back and keep the edge believing.
/// </summary>
/// <param name="Term">The term.</param>
/// <param name="Head">The last sequence of the log at <paramref name="TimeMs"/>.</param>
/// <param name="TimeMs">The control plane's clock, read before it read the log.</param>
/// <param name="Signature">base64url of HMAC-SHA256 under the edge key of <c>term|head|timeMs</c>.</param>
public sealed record HeartbeatEvent(long Term, long Head, long TimeMs, string Signature)
{
    /// <summary>A signed heartbeat.</summary>
    public static HeartbeatEvent Sign(long term, long head, long timeMs, string edgeKey) =>
        new(term, head, timeMs, Base64Url.EncodeToString(SignatureOf(term, head, timeMs, edgeKey)));

    /// <summary>Whether the edge key signed exactly these numbers. Compares in fixed time.</summary>
    public bool IsSignedBy(string edgeKey)
    {
        Span<byte> given = stackalloc byte[HMACSHA256.HashSizeInBytes];
        return Base64Url.IsValid(Signature, out var length) && length == given.Length
            && Base64Url.TryDecodeFromChars(Signature, given, out _)
            && CryptographicOperations.FixedTimeEquals(given, SignatureOf(Term, Head, TimeMs, edgeKey));
    }

    /// <summary>
    /// What the installation's authority signs for members (ECDSA P-256, SHA-256, IEEE P1363): unlike the edge key, what
    /// they hold can make no heartbeat.
    /// </summary>
    public static string TextForMembers(long term, long head, long timeMs) =>
        $"flickr-heartbeat-1|{term}|{head}|{timeMs}";

    /// <summary>Whether the authority signed exactly these numbers.</summary>
    public bool IsSignedBy(X509Certificate2? authority)
    {
        using var key = authority?.GetECDsaPublicKey();
        return key is not null && Base64Url.IsValid(Signature, out var length) && length == 64
            && key.VerifyData(Encoding.UTF8.GetBytes(TextForMembers(Term, Head, TimeMs)),
                Base64Url.DecodeFromChars(Signature), HashAlgorithmName.SHA256);
    }

    private static byte[] SignatureOf(long term, long head, long timeMs, string edgeKey) =>
        HMACSHA256.HashData(Encoding.UTF8.GetBytes(edgeKey),
            Encoding.ASCII.GetBytes($"{term}|{head}|{timeMs}"));
}
