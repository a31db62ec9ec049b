using Flickr.Photos.Accounts;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;
using Flickr.Sql;

namespace Flickr.Photos.Gallery;

/// <summary>One change for many photos: each is its own change, and what could not be done is told.</summary>
internal static class BatchEndpoints
{
    private const int IdsMax = 500;

    public static void MapBatches(this IEndpointRouteBuilder routes) => routes.MapPost("/photos/batch", ChangeAsync);

    private static async Task<IResult> ChangeAsync(HttpContext context, Batch batch, PhotoChanges changes, Database database)
    {
        if (Viewer.IdOf(context) is not { } viewer)
        {
            return Problem.NotSignedIn();
        }
        if (Judge(batch) is { } refusal)
        {
            return refusal;
        }
        var album = CdnNames.TryRead(batch.Album);
        var done = new List<string>();
        var failed = new List<object>();
        // Only the last waits for the edges: they apply in order, so its receipt speaks for those before it.
        for (var i = 0; i < batch.Ids!.Count; i++)
        {
            var id = batch.Ids[i];
            var wait = i + 1 == batch.Ids.Count ? WaitQuery.Read(context) : TimeSpan.Zero;
            try
            {
                var answer = batch.Delete == true
                    ? await changes.DeleteAsync(viewer, id, wait, context.RequestAborted)
                    : await changes.EditAsync(
                        viewer, id, await EditOfAsync(database, id, batch, album, context.RequestAborted), wait, context.RequestAborted);
                if (answer is null)
                {
                    failed.Add(new { Id = id, Problem = Problem.TypeOf("not-found") });
                }
                else
                {
                    done.Add(id);
                }
            }
            catch (PhotoIsThereException)
            {
                failed.Add(new { Id = id, Problem = Problem.TypeOf("album-has-photo") });
            }
        }
        return Results.Ok(new { Done = done, Failed = failed });
    }

    private static async Task<PhotoEdit> EditOfAsync(
        Database database, string id, Batch batch, string? album, CancellationToken cancellationToken)
    {
        if (batch.AddTags is null && batch.RemoveTags is null)
        {
            return new PhotoEdit(Visibility: batch.Visibility, Album: album);
        }
        var tags = await database.ReadAsync(session => session.QueryAsync<string>(
            "SELECT tag FROM photo_tag WHERE photo_id = @id ORDER BY tag", new { id }), cancellationToken);
        var all = tags.Except(batch.RemoveTags ?? []).Union(batch.AddTags ?? []).Take(PhotoEdit.TagsMax).ToList();
        return new PhotoEdit(Visibility: batch.Visibility, Album: album, Tags: all);
    }

    private static IResult? Judge(Batch batch)
    {
        if (batch.Ids is not { Count: > 0 and <= IdsMax }
            || (batch.Delete != true && batch is { Album: null, Visibility: null, AddTags: null, RemoveTags: null }))
        {
            return Problem.Result(422, "bad-batch", $"Send 1 to {IdsMax} ids and what is to be done with them.");
        }
        if (batch.Album is not null && CdnNames.TryRead(batch.Album) is null)
        {
            return Problem.BadName("an album");
        }
        return batch.Visibility is not (null or "public" or "private")
            ? GalleryEndpoints.BadVisibility()
            : GalleryEndpoints.JudgeTags(batch.AddTags);
    }

    internal sealed record Batch(
        IReadOnlyList<string>? Ids, bool? Delete, string? Album, string? Visibility, IReadOnlyList<string>? AddTags,
        IReadOnlyList<string>? RemoveTags);
}
