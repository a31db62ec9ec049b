using Flickr.Origin.Links;

namespace Flickr.Origin.Needles;

/// <summary>What anti-entropy compares of an entry besides its key.</summary>
internal readonly record struct FactBits(long Generation, ulong Checksum, byte State)
{
    public static FactBits Of(in BlobEntry entry) =>
        new(entry.Generation, 0, (byte)((entry.IsDeleted ? 1 : 0) | (entry.IsPresent ? 2 : 0)));

    public static FactBits Of(in LinkEntry entry) => new(entry.Generation, entry.Checksum, (byte)entry.Flags);
}
