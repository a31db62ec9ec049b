namespace Flickr.Origin.Volumes;

/// <summary>
/// Where volumes lie: a directory, or in tests a disk that forgets, tears and fails. Narrow on purpose; it is the seam at
/// which every fault is injected.
/// </summary>
internal interface IVolumeDisk
{
    /// <summary>Names of the files there, in no order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Creates an empty file. Its name is durable only after <see cref="SyncDirectory"/>.</summary>
    IVolumeFile Create(string name);

    IVolumeFile Open(string name);

    void Delete(string name);

    /// <summary>Makes created and deleted names durable.</summary>
    void SyncDirectory();

    /// <summary>Bytes that may still be written.</summary>
    long FreeBytes { get; }
}
