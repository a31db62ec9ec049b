using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Flickr.Edge.Peers;

/// <summary>
/// How edges know each other: HMAC-SHA-256 under the secret of the fleet over what is asked and over what is answered.
/// An ask names both edges and the moment, so it is worth nothing at another edge or half a minute later; an answer is
/// sealed to its ask, so nobody who took an address over can put bytes under our names. Pure.
/// </summary>
/// <remarks>
/// Fields of the ask, separated by spaces: <c>1</c>, asking edge, Unix milliseconds, nonce, seal.
/// </remarks>
internal sealed class PeerSeal
{
    /// <summary>Request field of an ask. A request of a client that has it is refused.</summary>
    public const string AskField = "Flickr-Peer";

    /// <summary>Response field of an answer.</summary>
    public const string AnswerField = "Flickr-Peer-Answer";

    /// <summary>Characters that a secret has at least.</summary>
    public const int KeyLengthMin = 32;

    private static readonly TimeSpan AskAgeMax = TimeSpan.FromSeconds(30);
    private readonly byte[] _key;

    public PeerSeal(string key) => _key = SHA256.HashData(Encoding.UTF8.GetBytes("flickr-peers\n" + key));

    /// <summary>Writes the field of an ask.</summary>
    public string Ask(string from, string to, DateTimeOffset now, PeerQuestion question)
    {
        var ms = now.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture);
        var nonce = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(9));
        return $"1 {from} {ms} {nonce} {OfAsk(from, to, ms, nonce, question)}";
    }

    /// <summary>
    /// The name of the edge that asks, or null: no such field, not ours, for another edge, or too old.
    /// </summary>
    public string? AskerOf(string? field, string self, DateTimeOffset now, PeerQuestion question)
    {
        if ((field ?? "").Split(' ') is not ["1", var from, var ms, var nonce, var seal]
            || !long.TryParse(ms, NumberStyles.None, CultureInfo.InvariantCulture, out var at)
            || !IsSame(seal, OfAsk(from, self, ms, nonce, question)))
        {
            return null;
        }
        return Math.Abs(now.ToUnixTimeMilliseconds() - at) <= AskAgeMax.TotalMilliseconds ? from : null;
    }

    /// <summary>The seal of an answer to an ask.</summary>
    public string OfAnswer(string ask, string answer) => Of($"answer\n{ask}\n{answer}");

    /// <summary>Compares in constant time.</summary>
    public static bool IsSame(string one, string other) => CryptographicOperations.FixedTimeEquals(
        Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private string OfAsk(string from, string to, string ms, string nonce, PeerQuestion question) => Of(
        $"ask\n{from}\n{to}\n{ms}\n{nonce}\n{question.Method}\n{question.Host}\n{question.Target}\n{question.Conditions}");

    private string Of(string text) => Base64Url.EncodeToString(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(text)));
}

/// <summary>What an ask asks, as far as it is sealed. No part holds a newline.</summary>
/// <param name="Method">Method.</param>
/// <param name="Host">Host field.</param>
/// <param name="Target">Raw target.</param>
/// <param name="Conditions">Entity tags that the asking edge holds, or empty.</param>
internal readonly record struct PeerQuestion(string Method, string Host, string Target, string Conditions);
