using Flickr.Client;

namespace Flickr.Commands;

internal sealed record UpReport(
    string DataDirectory, string OperatorKeyFile, double ReadySeconds, IReadOnlyList<UpNodeReport> Nodes);

internal sealed record UpNodeReport(string Name, string Address, string Metrics);

internal sealed record LoginResult(string Server, string? Name, string File);

internal sealed record UploadReport(string Album, int Published, int Failed,
    IReadOnlyList<UploadOutcome> Files);

internal sealed record DownloadReport(string Album, string Directory, int Downloaded, int Present, int Failed,
    IReadOnlyList<DownloadOutcome> Files);


internal sealed record TokenFacts(
    string Form, string? KeyId, string? Algorithm, IReadOnlyDictionary<string, string> Statements,
        string? Problem);

internal sealed record TokenJudgement(
    bool IsValid, string Verdict, string? KeyId, string? Owner, long? OwnerEpoch, string? Classes,
        DateTimeOffset? Expires);

internal sealed record MintedAddress(string Url, string KeyId);

internal sealed record OriginFacts(string Name, int Status, long? Length, string? Type, string? Digest,
    string? Owner,
    string? Visibility, string? Tags, string? Generation, string? CacheControl);

internal sealed record OriginVerdict(string Name, bool IsWhole, long Bytes, string Digest, string? Expected);
