using System.Security.Cryptography;
using System.Text.Json;

namespace Flickr.Client;

/// <summary>
/// How one file of an upload ended.
/// </summary>
/// <param name="State"><c>published</c>, <c>failed</c>, or the state in which it was left when nobody
/// waited.</param>
internal sealed record UploadOutcome(
    string File, string Name, long Bytes, string State, string? Id, string? Digest, string? PhotoId,
        string? DuplicateOf,
    string? Problem);

/// <summary>
/// Sends files one after another and follows each to its end while the next is sent. A busy server (429, 503)
/// is waited for as long as it asks, a cut connection is tried again (the server knows bytes that it has
/// already taken into the album, so a lost answer makes no second photo), and a file's failure never stops
/// the rest.
/// </summary>
internal sealed class Uploader(PhotosClient photos, ITransferView view, TimeProvider time, string stateFolder)
{
    private readonly ResumableSender _parts = new(photos, view, stateFolder);

    private static readonly TimeSpan FirstLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(2);

    /// <summary>How long an upload may show no progress before this side stops watching it.</summary>
    private static readonly TimeSpan StillBound = TimeSpan.FromMinutes(10);

    /// <summary>Sends the files and returns how each ended, in the same order.</summary>
    public async Task<IReadOnlyList<UploadOutcome>> RunAsync(
        IReadOnlyList<FileInfo> files, string album, bool follow, CancellationToken cancellationToken)
    {
        var outcomes = new List<Task<UploadOutcome>>();
        foreach (var file in files)
        {
            view.Begin(file.Name, file.Exists ? file.Length : 0);
            var sent = await SendAsync(file, album, cancellationToken);
            outcomes.Add(follow && sent.State is not "failed" ? FollowAsync(sent, cancellationToken)
                : Task.FromResult(Ended(sent)));
        }
        return await Task.WhenAll(outcomes);
    }

    private async Task<UploadOutcome> SendAsync(FileInfo file, string album,
        CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                file.Refresh();
                if (file.Exists && file.Length > ResumableSender.AboveBytes
                    && await _parts.SendAsync(file, album, cancellationToken) is { } whole)
                {
                    return Judge(file, await HashAsync(file, cancellationToken), whole);
                }
                using var content = new HashingFileContent(file, bytes => view.Moved(file.Name, bytes));
                var state = await photos.UploadAsync(album, file.Name, content, cancellationToken);
                return Judge(file, content.Digest, state);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested
                && Patience.Judge(fault, attempt) is not null)
            {
                var wait = Patience.Judge(fault, attempt)!.Value;
                view.Says(file.Name, $"{fault.Message}; trying again in {wait.TotalSeconds:0.#} s");
                await Task.Delay(wait, time, cancellationToken);
            }
            catch (Exception fault) when (fault is ProblemException or HttpRequestException or IOException
                or UnauthorizedAccessException or TimeoutException or JsonException)
            {
                return Failed(file, (fault.InnerException as FileChangedException ?? fault).Message);
            }
        }
    }

    private static async Task<string> HashAsync(FileInfo file, CancellationToken cancellationToken)
    {
        await using var content = file.OpenRead();
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(content, cancellationToken));
    }

    /// <summary>The server's digest must be that of the bytes which left this machine.</summary>
    private static UploadOutcome Judge(FileInfo file, string? digest, UploadState state)
    {
        if (state.Digest is not null && digest is not null
            && !string.Equals(state.Digest, digest, StringComparison.Ordinal))
        {
            return Failed(file, $"the server received other bytes (SHA-256 {state.Digest}, sent {digest})");
        }
        return Of(new UploadOutcome(file.FullName, file.Name, file.Length, state.State, state.Id, digest
            ?? state.Digest,
            state.PhotoId, state.DuplicateOf, null), state);
    }

    private async Task<UploadOutcome> FollowAsync(UploadOutcome sent, CancellationToken cancellationToken)
    {
        var look = FirstLook;
        var (outcome, lastChange, lastSeen, faults) = (sent, time.GetTimestamp(), "", 0);
        while (outcome.State is not ("published" or "failed"))
        {
            await Task.Delay(look, time, cancellationToken);
            look = look * 1.5 < LongestLook ? look * 1.5 : LongestLook;
            try
            {
                var state = await photos.UploadStateAsync(sent.Id!, cancellationToken);
                outcome = Of(outcome, state);
                faults = 0;
                var place = state.QueuePosition is > 0 ? $"(place {state.QueuePosition})" : "";
                var seen = $"{state.State} {state.Step} {place}".Trim();
                if (seen != lastSeen)
                {
                    (lastSeen, lastChange) = (seen, time.GetTimestamp());
                    view.Says(outcome.Name, seen);
                }
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested
                && Patience.Judge(fault, ++faults) is not null)
            {
                look = Patience.Judge(fault, faults)!.Value;
            }
            catch (Exception fault) when (
                fault is ProblemException or HttpRequestException or TimeoutException
                or JsonException)
            {
                return Ended(outcome with { State = "failed", Problem = fault.Message });
            }
            if (time.GetElapsedTime(lastChange) > StillBound)
            {
                return Ended(outcome with { State = "failed",
                    Problem = $"still {lastSeen} after {StillBound.TotalMinutes:0} min" });
            }
        }
        return Ended(outcome);
    }

    private static UploadOutcome Of(UploadOutcome outcome, UploadState state) => outcome with
    {
        State = state.State,
        PhotoId = state.PhotoId ?? outcome.PhotoId,
        DuplicateOf = state.DuplicateOf ?? outcome.DuplicateOf,
        Problem = state.State == "failed" ? state.ProblemText ?? "the server gave no reason" : null,
    };

    private UploadOutcome Ended(UploadOutcome outcome)
    {
        var duplicate = outcome.DuplicateOf is null ? "" : $" (same bytes as photo {outcome.DuplicateOf})";
        view.End(outcome.Name, outcome.Problem ?? outcome.State + duplicate, outcome.State != "failed");
        return outcome;
    }

    private static UploadOutcome Failed(FileInfo file, string problem) =>
        new(file.FullName, file.Name, file.Exists ? file.Length
            : 0, "failed", null, null, null, null, problem);
}
