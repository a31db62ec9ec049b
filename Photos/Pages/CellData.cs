using System.Text.Json;
using System.Text.Json.Serialization;
using Flickr.Photos.Gallery;

namespace Flickr.Photos.Pages;

/// <summary>What a cell of the grid carries for the scripts: a photo as the API answers it, without what the picture beside it says.</summary>
internal static class CellData
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The photo as JSON. Texts that only the viewer's panel shows are left out: it asks for them.</summary>
    public static string Of(PhotoItem item) => JsonSerializer.Serialize(new
    {
        item.Id, item.Name, item.Title, item.Owner, item.Album, item.Visibility, item.ThumbHash, item.Hd, item.TakenAt,
        Favourite = item.Favourite ? true : (bool?)null,
    }, Json);

    /// <summary>The sizes a browser may choose from by the box: WebP once all of them are made. The viewer's sizes are not the grid's.</summary>
    public static string Sources(PhotoItem item)
    {
        var rungs = item.Files.Where(file => file.Resolution is "thumbnail" or "small").ToLookup(file => file.Type);
        var (jpeg, webp) = (rungs["image/jpeg"].ToList(), rungs["image/webp"].ToList());
        var chosen = webp.Count > 0 && webp.Count == jpeg.Count ? webp : jpeg;
        return chosen.Count == 0
            ? $"{item.Thumbnail!.Url} {item.Thumbnail.Width}w"
            : string.Join(", ", chosen.Select(file => $"{file.Url} {file.Width}w"));
    }
}
