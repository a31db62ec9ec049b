using Flickr.Photos.Search;
using Flickr.Sql;

namespace Flickr.Photos.Tests.Search;

public sealed class PhotoSearchTests
{
    private static readonly (string Title, string Description, string[] Tags, string Name, string Album)[] Library =
    [
        ("저녁노을", "바다에서", ["여행"], "IMG_0001.jpg", "제주 2024"),
        ("Sunset at the beach", "Café del Mar, façade", ["sea", "evening"], "DSC_0042.jpg", "holiday"),
        ("東京の夜景", "渋谷から", ["夜"], "tokyo.jpg", "日本"),
        ("봄", "벚꽃이 핀 길", ["벚꽃", "봄꽃"], "봄날.png", "서울"),
        ("노을빛 하늘", "sea and sky", [], "노을.jpg", "제주 2024"),
        ("上海外滩", "夜上海", ["城市"], "shanghai.jpg", "中国"),
        ("パン屋さん", "美味しいパン", [], "bread.jpg", "日本"),
    ];

    // word → the numbers in the library, oldest first
    private static readonly (string Text, int[] Found)[] Queries =
    [
        ("노을", [0, 4]), ("저녁노을", [0]), ("녁노", [0]), ("을노", []), ("봄", [3]), ("바다", [0]), ("벚꽃", [3]), ("꽃", [3]),
        ("제주", [0, 4]), ("제주 노을", [0, 4]), ("제주 바다", [0]), ("2024", [0, 4]), ("東京", [2]), ("京の夜", [2]), ("夜", [2, 5]),
        ("夜景", [2]), ("上海", [5]), ("外滩", [5]), ("パン", [6]), ("ﾊﾟﾝ", [6]), ("ハン", []), ("日本", [2, 6]), ("sunset", [1]),
        ("SUNSET beach", [1]), ("cafe", [1]), ("CAFÉ", [1]), ("facade", [1]), ("sea", [1, 4]), ("se", []), ("s", [1, 4, 5]),
        ("0042", [1]), ("dsc", [1]), ("tokyo.jpg", [2]), ("evening sea", [1]), ("nothing", []), ("'", []), ("\"", []), ("* OR sea", []),
        ("sea NOT sky", []), ("노을 sky", [4]), ("album", []), ("하", [4]), ("여행", [0]),
    ];

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R016")]
    public async Task One_set_of_queries_finds_the_same_on_both_engines(SqlEngine engine)
    {
        await using var tables = await SearchableTables.OpenAsync(engine);
        var alice = await tables.AddUserAsync("alice", isPublic: false);
        var ids = new List<string>();
        foreach (var (title, description, tags, name, album) in Library)
        {
            ids.Add(await tables.AddAsync(alice, title, description, tags, name, album));
        }

        foreach (var (text, found) in Queries)
        {
            var page = await tables.FindAsync(alice, new SearchQuery(text));

            Assert.Equal(
                $"{text}: {string.Join(' ', found.Reverse())}",
                $"{text}: {string.Join(' ', page.Items.Select(item => ids.IndexOf(item.Id)))}");
            Assert.Equal(found.Length, page.Total);
        }
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql), Trait("Requirement", "R016"), Trait("Requirement", "R017")]
    public async Task What_is_found_is_what_the_viewer_may_see_and_the_words_say(SqlEngine engine)
    {
        await using var tables = await SearchableTables.OpenAsync(engine);
        var model = await SearchModel.FillAsync(tables, seed: 7, photos: 120);
        var random = new Random(11);

        for (var turn = 0; turn < 250; turn++)
        {
            if (turn % 25 == 24)
            {
                await model.ToggleOwnerAsync(random);
            }
            var viewer = model.Viewers[random.Next(model.Viewers.Count)];
            var text = model.Query(random);
            var expected = model.Found(viewer, text);

            var page = await tables.FindAsync(viewer, new SearchQuery(text));

            Assert.Equal($"{text}: {string.Join(' ', expected)}", $"{text}: {string.Join(' ', page.Items.Select(item => item.Id))}");
            Assert.Equal(expected.Count, page.Total);
        }
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task Pages_follow_one_another_while_photos_come_and_go(SqlEngine engine)
    {
        await using var tables = await SearchableTables.OpenAsync(engine);
        var alice = await tables.AddUserAsync("alice", isPublic: false);
        var ids = new List<string>();
        for (var i = 0; i < 7; i++)
        {
            ids.Add(await tables.AddAsync(alice, "바다"));
        }
        var seen = new List<string>();
        string? after = null;

        do
        {
            var page = await tables.FindAsync(alice, new SearchQuery("바다", After: after, Limit: 2));
            seen.AddRange(page.Items.Select(item => item.Id));
            after = page.Next;
            await tables.AddAsync(alice, "바다"); // newer than the page: must not shift it
        }
        while (after is not null);

        Assert.Equal(ids.Reverse<string>(), seen);
    }

    [Theory, InlineData(SqlEngine.Sqlite), InlineData(SqlEngine.PostgreSql)]
    public async Task Filters_narrow_to_owner_album_and_days(SqlEngine engine)
    {
        await using var tables = await SearchableTables.OpenAsync(engine);
        var alice = await tables.AddUserAsync("alice", isPublic: true);
        var bob = await tables.AddUserAsync("bob", isPublic: true);
        var a = await tables.AddAsync(alice, "sea", album: "north", takenAt: "2024-05-01T23:59:59+09:00");
        var b = await tables.AddAsync(alice, "sea", album: "south", takenAt: "2024-05-02T00:00:00");
        var c = await tables.AddAsync(bob, "sea", album: "north", takenAt: "2023-01-01T00:00:00");
        var undated = await tables.AddAsync(bob, "sea", album: "south"); // uploaded at the epoch

        async Task CheckAsync(SearchQuery query, params string[] expected) =>
            Assert.Equal(expected, (await tables.FindAsync(null, query)).Items.Select(item => item.Id));

        await CheckAsync(new SearchQuery("sea"), undated, c, b, a);
        await CheckAsync(new SearchQuery("sea", Owner: "alice"), b, a);
        await CheckAsync(new SearchQuery("", Owner: "alice", Album: "north"), a);
        await CheckAsync(new SearchQuery("sea", Owner: "nobody"));
        await CheckAsync(new SearchQuery("sea", Owner: "alice", Album: "none"));
        await CheckAsync(new SearchQuery("", From: new DateOnly(2024, 5, 1), To: new DateOnly(2024, 5, 1)), a);
        await CheckAsync(new SearchQuery("sea", From: new DateOnly(2023, 1, 1), To: new DateOnly(2024, 5, 2)), c, b, a);
        await CheckAsync(new SearchQuery("sea", To: new DateOnly(1970, 1, 1)), undated);
    }
}
