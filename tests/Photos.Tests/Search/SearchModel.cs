namespace Flickr.Photos.Tests.Search;

/// <summary>
/// What search means, said without an index: a run of Korean letters is found inside a text, a Latin word is found as a whole
/// word, one letter at the beginning of one; and the rule of who may see a photo.
/// </summary>
internal sealed class SearchModel
{
    private const string Korean = "노을바다";

    private static readonly string[] Words = ["sea", "sky", "a", "se"];

    private readonly SearchableTables _tables;
    private readonly List<Photo> _photos = [];
    private readonly Dictionary<string, bool> _isPublic = [];

    private SearchModel(SearchableTables tables) => _tables = tables;

    public List<string?> Viewers { get; } = [null];

    public static async Task<SearchModel> FillAsync(SearchableTables tables, int seed, int photos)
    {
        var model = new SearchModel(tables);
        var random = new Random(seed);
        foreach (var (name, isPublic) in new[] { ("ann", true), ("ben", false), ("cat", true) })
        {
            var id = await tables.AddUserAsync(name, isPublic);
            model._isPublic[id] = isPublic;
            model.Viewers.Add(id);
        }
        for (var i = 0; i < photos; i++)
        {
            await model.AddAsync(random);
        }
        return model;
    }

    public async Task ToggleOwnerAsync(Random random)
    {
        var owner = Viewers[random.Next(1, Viewers.Count)]!;
        _isPublic[owner] = !_isPublic[owner];
        await _tables.SetPublicAsync(owner, _isPublic[owner]);
    }

    public string Query(Random random) => string.Join(' ', Enumerable.Range(0, random.Next(1, 3)).Select(_ => Word(random)));

    public List<string> Found(string? viewer, string query) => [.. _photos
        .Where(photo => MaySee(photo, viewer) && query.Split(' ').All(word => photo.Texts.Any(text => Holds(text, word))))
        .Select(photo => photo.Id).OrderDescending(StringComparer.Ordinal)];

    private async Task AddAsync(Random random)
    {
        var owner = Viewers[random.Next(1, Viewers.Count)]!;
        var (title, description) = (Text(random), Text(random));
        string[] tags = random.Next(2) == 0 ? [] : [Word(random)];
        var isPublic = random.Next(2) == 0;
        var state = random.Next(6) switch { 0 => "processing", 1 => "deleted", _ => "published" };
        var id = await _tables.AddAsync(owner, title, description, tags, name: "x.jpg", album: "y", isPublic: isPublic, state: state);
        string? guest = null;
        if (random.Next(4) == 0)
        {
            guest = Viewers[random.Next(1, Viewers.Count)]!;
            await _tables.ShareAsync(id, guest);
        }
        _photos.Add(new Photo(id, owner, [title, description, .. tags], isPublic, state == "published", guest));
    }

    private bool MaySee(Photo photo, string? viewer) => photo.IsPublished
        && (photo.Owner == viewer || (photo.IsPublic && _isPublic[photo.Owner]) || (viewer is not null && photo.Guest == viewer));

    private static bool Holds(string text, string word) => Korean.Contains(word[0])
        ? text.Contains(word, StringComparison.Ordinal)
        : text.Split(' ').Any(part => word.Length == 1 ? part.StartsWith(word, StringComparison.Ordinal) : part == word);

    private static string Text(Random random) => string.Join(' ', Enumerable.Range(0, random.Next(0, 4)).Select(_ => Word(random)));

    private static string Word(Random random) => random.Next(3) == 0
        ? Words[random.Next(Words.Length)]
        : string.Concat(Enumerable.Range(0, random.Next(1, 5)).Select(_ => Korean[random.Next(Korean.Length)]));

    private sealed record Photo(string Id, string Owner, string[] Texts, bool IsPublic, bool IsPublished, string? Guest);
}
