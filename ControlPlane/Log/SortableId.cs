using System.Security.Cryptography;

namespace Flickr.ControlPlane.Log;

/// <summary>
/// Ids that sort by time: 10 characters of milliseconds, 16 of randomness, Crockford base 32 (as ULID).
/// </summary>
internal static class SortableId
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>A new id.</summary>
    public static string New(long unixMs) => string.Create(26, unixMs, static (characters, milliseconds) =>
    {
        for (var index = 9; index >= 0; index--)
        {
            characters[index] = Alphabet[(int)(milliseconds & 31)];
            milliseconds >>= 5;
        }
        RandomNumberGenerator.GetItems<char>(Alphabet, characters[10..]);
    });
}
