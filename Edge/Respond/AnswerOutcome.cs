namespace Flickr.Edge.Respond;

/// <summary>How a request was answered.</summary>
internal enum AnswerOutcome
{
    /// <summary>Not yet.</summary>
    None,

    /// <summary>From store, fresh.</summary>
    Hit,

    /// <summary>From store, after its lifetime, within grace or because the upstream failed.</summary>
    Stale,

    /// <summary>From store, after the upstream said it is still good.</summary>
    Revalidated,

    /// <summary>From a fill that this request began.</summary>
    Miss,

    /// <summary>From a fill that another request had begun.</summary>
    Collapsed,

    /// <summary>From the upstream, past the cache.</summary>
    Pass,

    /// <summary>An upstream error, shared.</summary>
    Error,

    /// <summary>Refused: token, path, method, gate.</summary>
    Refused,

    /// <summary>The upstream could not be asked or did not answer.</summary>
    Failed,

    /// <summary>Cut on purpose, or the client left.</summary>
    Aborted,
}
