namespace Flickr.Listening;

/// <summary>Where a program keeps its state when nobody says otherwise.</summary>
internal static class DataFolder
{
    /// <summary>
    /// The configured folder, or <c>flickr/&lt;program&gt;</c> in the user's data directory (<c>XDG_DATA_HOME</c>,
    /// <c>~/.local/share</c>). Never the working directory: a program started twice from two places is one program.
    /// </summary>
    public static string Of(string configured, string program) => Path.GetFullPath(configured.Length > 0
        ? configured
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "flickr", program));
}
