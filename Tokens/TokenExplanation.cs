using System.Collections.Immutable;
using System.Text;

namespace Flickr.Tokens;

/// <summary>What a token says about itself, for people. Nothing in it was verified, and the signature is not
/// in it.</summary>
/// <param name="Form">The form it was read as.</param>
/// <param name="KeyId">The key it names; null when it could not be read.</param>
/// <param name="Algorithm">The algorithm it names or implies; null when it could not be read.</param>
/// <param name="Statements">Its statements by name, in their order.</param>
/// <param name="Problem">What keeps it from being read to the end; null when nothing does.</param>
public sealed record TokenExplanation(
    TokenForm Form, string? KeyId, string? Algorithm, ImmutableArray<KeyValuePair<string, string>> Statements,
    string? Problem)
{
    /// <summary>One statement a line.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(Form == TokenForm.Jwt ? "JSON Web Token" : "FS1 signed URL").Append(" (not verified)\n");
        if (KeyId is not null) text.Append("key        ").Append(KeyId).Append('\n');
        if (Algorithm is not null) text.Append("algorithm  ").Append(Algorithm).Append('\n');
        foreach (var (name, value) in Statements) text.Append(name.PadRight(11)).Append(value).Append('\n');
        if (Problem is not null) text.Append("problem    ").Append(Problem).Append('\n');
        return text.ToString();
    }
}
