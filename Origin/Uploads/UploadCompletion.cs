using Flickr.Origin.Replication;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Uploads;

/// <summary>Makes a blob of an upload that is whole. Done twice, it changes nothing: the blob's name is its digest.</summary>
internal sealed class UploadCompletion(UploadStore uploads, IBlobs blobs)
{
    /// <summary>The caller holds the upload's lock.</summary>
    /// <param name="upload">The upload.</param>
    /// <param name="expected">Digest that the client says the whole body has; null when it says none.</param>
    public async Task<CompletionVerdict> RunAsync(OpenUpload upload, Digest? expected)
    {
        var body = uploads.Stage(upload);
        var id = body.Id;
        if (expected is { } wanted && wanted != id)
        {
            body.Dispose();
            return new CompletionVerdict(null);
        }
        var outcome = await blobs.PutAsync(body, null, null, CancellationToken.None);
        if (outcome is WriteOutcome.Stored or WriteOutcome.Existed)
        {
            uploads.Finish(upload, id);
        }
        return new CompletionVerdict(outcome);
    }
}

/// <summary>What became of a whole upload; no outcome when its bytes have another digest than was said.</summary>
internal readonly record struct CompletionVerdict(WriteOutcome? Outcome)
{
    public bool IsStored => Outcome is WriteOutcome.Stored or WriteOutcome.Existed;
}
