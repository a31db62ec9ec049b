using System.Text.Json;

namespace Flickr.Client;

/// <summary>
/// What <c>flickr login</c> keeps, in <c>$XDG_CONFIG_HOME/flickr/credentials.json</c> (else
/// <c>~/.config/flickr</c>), readable by the user alone (mode 0600).
/// </summary>
/// <param name="Server">Address of Photos that the keys belong to; they are sent to no other.</param>
/// <param name="Name">Account name, for show.</param>
/// <param name="Key">API key of the account; null when only an operator key is kept.</param>
/// <param name="OperatorKey">Operator key, or null.</param>
internal sealed record Credentials(string Server, string? Name, string? Key, string? OperatorKey)
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>
    /// Path of the file under the given configuration home (null or relative: <c>~/.config</c>).
    /// </summary>
    public static string PathUnder(string? configurationHome)
    {
        if (string.IsNullOrEmpty(configurationHome) || !Path.IsPathRooted(configurationHome))
        {
            configurationHome =
                Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".config");
        }
        return Path.Combine(configurationHome, "flickr", "credentials.json");
    }

    /// <summary>The kept credentials, or null when nobody has signed in.</summary>
    /// <exception cref="IOException">The file is not what <c>flickr login</c> writes.</exception>
    public static Credentials? Read(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllText(path), ClientJson.Default.Credentials);
        }
        catch (JsonException fault)
        {
            throw new IOException(
                $"{path} cannot be read ({fault.Message}); sign in again with flickr login", fault);
        }
    }

    /// <summary>Replaces the file whole; it never exists with a wider mode.</summary>
    public void Write(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!, OwnerOnly | UnixFileMode.UserExecute);
        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            JsonSerializer.Serialize(file, this, ClientJson.Default.Credentials);
        }
        File.Move(temporary, path, overwrite: true);
    }
}
