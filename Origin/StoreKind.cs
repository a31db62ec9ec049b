namespace Flickr.Origin;

/// <summary>Where blobs and links live.</summary>
public enum StoreKind
{
    /// <summary>In volumes on the nodes' disks.</summary>
    Volumes,

    /// <summary>In an S3-compatible service.</summary>
    S3,
}
