using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Flickr.Sql;

namespace Flickr.Browser.Tests;

/// <summary>
/// An album of very many photos, put straight into the tables: rows copied from real ones, spread over the months of ten years.
/// The photos that a test looks at have files at the edge as well; the others have rows only.
/// </summary>
internal static class LargeAlbum
{
    private const string Digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    /// <summary>Fills an album that holds at least one photo already.</summary>
    /// <param name="flickr">The running system.</param>
    /// <param name="owner">Whose album.</param>
    /// <param name="album">Its name.</param>
    /// <param name="count">How many photos to add.</param>
    /// <param name="hasFiles">Months, as <c>2021-05</c>, whose photos get files.</param>
    public static async Task FillAsync(RunningFlickr flickr, string owner, string album, int count, params string[] hasFiles)
    {
        var added = new List<(string Path, Model Model)>();
        await using (var database = Database.Open($"Data Source={Path.Combine(flickr.Data, "photos", "photos.db")}", TimeProvider.System))
        {
            await database.WriteAsync(async session =>
            {
                added.Clear();
                var models = await session.QueryAsync<Model>(
                    """
                    SELECT p.id AS Id, t.cdn_path AS Path, t.file_key AS Digest FROM photo p JOIN account a ON a.id = p.owner_id
                        JOIN album b ON b.id = p.album_id JOIN image t ON t.cdn_photo_key = p.id AND t.resolution = 'thumbnail' AND t.cdn_path LIKE '%.jpg'
                    WHERE a.name = @owner AND b.name = @album ORDER BY p.id
                    """, new { owner, album });
                var last = DateTimeOffset.UtcNow;
                var step = TimeSpan.FromDays(3650) / count;
                var rows = new List<object>(count);
                for (var i = 0; i < count; i++)
                {
                    var model = models[i % models.Count];
                    var at = last - (step * (i + 1));
                    rows.Add(new { id = IdAt(at, i), n = i, digest = $"{i:x64}", ms = at.ToUnixTimeMilliseconds(), model = model.Id });
                    if (hasFiles.Contains(at.UtcDateTime.ToString("yyyy-MM", CultureInfo.InvariantCulture)))
                    {
                        added.Add((PathOf(model.Path, i), model));
                    }
                }
                await CopyAsync(session, JsonSerializer.Serialize(rows));
            });
        }
        await LinkAsync(flickr, added);
    }

    private static async Task CopyAsync(SqlSession session, string rows)
    {
        const string from = "FROM json_each(@rows) r JOIN";
        var photo = await ColumnsAsync(session, "photo", "id", "name", "stem_key", "digest", "created_ms", "published_ms");
        await session.ExecuteAsync(
            $"""
            INSERT INTO photo (id, name, stem_key, digest, created_ms, published_ms, {photo})
            SELECT r.value ->> 'id', 'copy-' || (r.value ->> 'n'), 'copy-' || (r.value ->> 'n'), r.value ->> 'digest', r.value ->> 'ms',
                r.value ->> 'ms', {photo} {from} photo p ON p.id = r.value ->> 'model'
            """, new { rows });
        var image = await ColumnsAsync(session, "image", "cdn_path", "cdn_photo_key");
        await session.ExecuteAsync(
            $"""
            INSERT INTO image (cdn_path, cdn_photo_key, {image})
            SELECT rtrim(i.cdn_path, replace(i.cdn_path, '/', '')) || 'copy-' || (r.value ->> 'n') || '_' || i.resolution || '.jpg',
                r.value ->> 'id', {image}
            {from} image i ON i.cdn_photo_key = r.value ->> 'model' AND i.resolution IN ('thumbnail', 'hd') AND i.cdn_path LIKE '%.jpg'
            """, new { rows });
    }

    // As the service makes it of the photo's name: it offers the sizes of a photo under such paths.
    private static string PathOf(string path, int number) => path[..(path.LastIndexOf('/') + 1)] + $"copy-{number}_thumbnail.jpg";

    private static async Task<string> ColumnsAsync(SqlSession session, string table, params string[] without) => string.Join(
        ", ", (await session.QueryAsync<string>($"SELECT name FROM pragma_table_info('{table}')")).Except(without));

    private static async Task LinkAsync(RunningFlickr flickr, List<(string Path, Model Model)> added)
    {
        using var origin = new HttpClient { BaseAddress = new Uri(flickr.Origin) };
        origin.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", flickr.StorageKey);
        var model = added.Count == 0 ? null : await HeadersOfAsync(origin, added[0].Model.Path);
        await Parallel.ForEachAsync(added, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (file, cancellationToken) =>
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, file.Path);
            request.Headers.Add("Link-Blob", file.Model.Digest);
            request.Headers.Add("Link-Type", "image/jpeg");
            foreach (var (name, value) in model!)
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
            using var answer = await origin.SendAsync(request, cancellationToken);
            answer.EnsureSuccessStatusCode();
        });
    }

    /// <summary>Owner and epoch as the real photo's link has them: without an owner no token would open it.</summary>
    private static async Task<Dictionary<string, string>> HeadersOfAsync(HttpClient origin, string real)
    {
        using var answer = await origin.GetAsync(real, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        return new()
        {
            ["Link-Owner"] = answer.Headers.GetValues("Flickr-Owner").Single(),
            ["Link-Owner-Epoch"] = answer.Headers.GetValues("Flickr-Owner-Epoch").Single(),
            ["Link-Visibility"] = "private",
        };
    }

    private static string IdAt(DateTimeOffset at, int number)
    {
        var text = new char[26];
        var ms = at.ToUnixTimeMilliseconds();
        for (var i = 9; i >= 0; i--, ms >>= 5)
        {
            text[i] = Digits[(int)(ms & 31)];
        }
        for (var i = 25; i >= 10; i--, number >>= 5)
        {
            text[i] = Digits[number & 31];
        }
        return new string(text);
    }

    private sealed record Model
    {
        public string Id { get; init; } = "";

        public string Path { get; init; } = "";

        public string Digest { get; init; } = "";
    }
}
