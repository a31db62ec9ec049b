using System.CommandLine;
using Spectre.Console;

namespace Flickr.Commands;

/// <summary>
/// How a command learns a password: asked on the terminal or read from standard input, never from the
/// arguments.
/// </summary>
internal static class Passwords
{
    private const int LengthMax = 1_024;

    /// <summary>Read the password's one line from standard input.</summary>
    public static readonly Option<bool> FromStandardInput = new("--password-stdin")
    {
        Description = "Read the password from the first line of standard input instead of asking",
    };

    /// <summary>The password.</summary>
    /// <exception cref="WrongUseException">Nobody can be asked and none was given.</exception>
    public static string Read(Terminal terminal, bool fromStandardInput)
    {
        if (!fromStandardInput && !terminal.CanAsk)
        {
            throw new WrongUseException(
                "nobody can be asked for the password here; give it with --password-stdin");
        }
        var password = fromStandardInput
            ? terminal.In.ReadLine() ?? ""
            : terminal.Console.Prompt(new TextPrompt<string>("Password:").Secret(null));
        return password.Length is > 0 and <= LengthMax
            ? password
            : throw new WrongUseException($"a password has 1 to {LengthMax} characters");
    }
}
