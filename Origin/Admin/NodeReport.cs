using System.Text.Json.Serialization;
using Flickr.Origin.Backup;
using Flickr.Origin.Replication;
using Flickr.Origin.Scrub;

namespace Flickr.Origin.Admin;

/// <summary>What <c>flickr origin stat</c> shows of one node.</summary>
internal sealed record NodeReport(string NodeId, bool Writable, long Blobs, long Links, int HintsPending, long FreeBytes,
    int Replicas, int WriteQuorum, List<VolumeReport> Volumes, List<PeerReport> Peers, ScrubProgress Scrub);

/// <summary>One volume.</summary>
internal sealed record VolumeReport(int Number, long Bytes, bool Sealed);

/// <summary>Another node, and whether it answered just now.</summary>
internal sealed record PeerReport(string NodeId, string Zone, bool Answered);

/// <summary>What a repair came to: records that differed between this node and the others, hints handed over.</summary>
internal sealed record RepairReport(int Differed, int HandedOver, int HintsPending);

/// <summary>The map as this node sees it, and how far it is in giving away what belongs to others.</summary>
internal sealed record ClusterReport(
    string NodeId, int Epoch, int Replicas, int WriteQuorum, List<MemberReport> Nodes, RebalanceProgress Rebalance);

/// <summary>One node of the map; the node that answers counts as answering.</summary>
internal sealed record MemberReport(string NodeId, string Zone, double Weight, bool IsHome, bool WasHome, bool Answered);

/// <summary>What compaction came to.</summary>
internal sealed record CompactionReport(int VolumesDropped);

[JsonSerializable(typeof(NodeReport))]
[JsonSerializable(typeof(RepairReport))]
[JsonSerializable(typeof(ClusterReport))]
[JsonSerializable(typeof(RebalanceProgress))]
[JsonSerializable(typeof(CompactionReport))]
[JsonSerializable(typeof(BackupReport))]
[JsonSerializable(typeof(ScrubProgress))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
internal sealed partial class AdminJson : JsonSerializerContext;
