namespace Flickr.Photos.Sagas;

/// <summary>Where a saga stands.</summary>
public enum SagaStatus
{
    /// <summary>Another saga of its lane runs.</summary>
    Waiting,

    /// <summary>Going forward.</summary>
    Running,

    /// <summary>Failed; going back.</summary>
    Undoing,

    /// <summary>Ended well.</summary>
    Done,

    /// <summary>Ended badly, and everything was taken back.</summary>
    Failed,

    /// <summary>Taking back failed too; its message lies in the dead letters and waits for an operator.</summary>
    Stuck,
}
