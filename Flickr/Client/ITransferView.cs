namespace Flickr.Client;

/// <summary>
/// What a person sees of a running transfer: bars on a terminal, lines in a log, nothing beside a JSON
/// document. Called from one transfer at a time and from the followers of sent files at once; implementations
/// are thread-safe.
/// </summary>
internal interface ITransferView
{
    /// <summary>A file begins to move.</summary>
    void Begin(string name, long bytes);

    /// <summary>So many bytes of the file have moved.</summary>
    void Moved(string name, long bytes);

    /// <summary>What the file waits for.</summary>
    void Says(string name, string text);

    /// <summary>The file has ended, well or not.</summary>
    void End(string name, string outcome, bool isWell);
}
