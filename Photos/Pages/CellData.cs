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

    /// <summary>The sizes a browser may choose from; the largest one is the viewer's, not the grid's.</summary>
    public static string Sources(PhotoItem item) => $"{item.Thumbnail!.Url} {item.Thumbnail.Width}w";
}
