using System.Buffers;

namespace Flickr.Tokens;

/// <summary>The character sets of the fields of tokens. Each field is checked against its set before it is
/// used.</summary>
internal static class TokenText
{
    /// <summary>Characters of a key id, an owner, a viewer, a token id, a tag.</summary>
    public const int FieldLengthMax = 64;

    /// <summary>Tags a token may carry.</summary>
    public const int TagsMax = 8;

    /// <summary>Originals at a time a token may allow.</summary>
    public const int ConcurrentOriginalsMax = 16;

    private const string Word = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";

    private static readonly SearchValues<char> IdCharacters = SearchValues.Create(Word);
    private static readonly SearchValues<char> KeyIdCharacters = SearchValues.Create(Word + ".~@");
    private static readonly SearchValues<char> TagCharacters = SearchValues.Create(Word + ":");
    private static readonly SearchValues<char> HostCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789.-:[]");

    private static readonly SearchValues<byte> IdBytes = Bytes(Word);
    private static readonly SearchValues<byte> KeyIdBytes = Bytes(Word + ".~@");
    private static readonly SearchValues<byte> TagBytes = Bytes(Word + ":");

    public static bool IsId(ReadOnlySpan<char> text) => IsField(text.Length)
        && !text.ContainsAnyExcept(IdCharacters);

    public static bool IsId(ReadOnlySpan<byte> text) => IsField(text.Length)
        && !text.ContainsAnyExcept(IdBytes);

    public static bool IsKeyId(ReadOnlySpan<char> text) =>
        IsField(text.Length) && !text.ContainsAnyExcept(KeyIdCharacters);

    public static bool IsKeyId(ReadOnlySpan<byte> text) => IsField(text.Length)
        && !text.ContainsAnyExcept(KeyIdBytes);

    public static bool IsTag(ReadOnlySpan<char> text) => IsField(text.Length)
        && !text.ContainsAnyExcept(TagCharacters);

    public static bool IsTag(ReadOnlySpan<byte> text) => IsField(text.Length)
        && !text.ContainsAnyExcept(TagBytes);

    /// <summary>A host as tokens carry it: lower case, at most 255 characters.</summary>
    public static bool IsHost(ReadOnlySpan<char> text) =>
        text.Length is > 0 and <= 255 && !text.ContainsAnyExcept(HostCharacters);

    private static bool IsField(int length) => length is > 0 and <= FieldLengthMax;

    private static SearchValues<byte> Bytes(string characters) =>
        SearchValues.Create(System.Text.Encoding.ASCII.GetBytes(characters));
}
