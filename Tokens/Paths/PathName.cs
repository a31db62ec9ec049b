namespace Flickr.Tokens.Paths;

/// <summary>
/// Names of users, albums and files as people write them. A name goes into a path in Normalization Form C
/// only; names that
/// come from outside (macOS sends them decomposed) pass through <see cref="ToNfc"/> first, once, when they
/// are stored.
/// </summary>
/// <remarks>
/// NFC is computed here from the tables of Unicode 14.0: with <c>InvariantGlobalization</c> the runtime's
/// <c>string.Normalize</c> returns its input and <c>IsNormalized</c> is always true, so it cannot be asked.
/// Code points that Unicode added later are taken as they are.
/// </remarks>
public static class PathName
{
    /// <summary>Why a string cannot be one segment of a path; <see cref="PathRefusal.None"/> when it
    /// can.</summary>
    public static PathRefusal Judge(string? name) => PathGrammar.JudgeName(name);

    /// <summary>The name in Normalization Form C; the same instance when it is already.</summary>
    /// <exception cref="ArgumentException">The string holds half a surrogate pair.</exception>
    public static string ToNfc(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return NormalizationFormC.IsCertain(name) ? name : NormalizationFormC.Compose(name);
    }

    /// <summary>Whether a well-formed name is in Normalization Form C.</summary>
    internal static bool IsNfc(ReadOnlySpan<char> name)
    {
        if (NormalizationFormC.IsCertain(name)) return true;
        var text = name.ToString();
        return string.Equals(NormalizationFormC.Compose(text), text, StringComparison.Ordinal);
    }
}
