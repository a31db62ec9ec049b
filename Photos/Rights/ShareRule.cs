namespace Flickr.Photos.Rights;

/// <summary>The one spelling in SQL of "shared with the viewer": the photo itself, or the album it lies in now.</summary>
internal static class ShareRule
{
    /// <summary>A condition over <c>photo p</c> and <c>@viewerId</c>.</summary>
    public const string IsSharedWithViewer =
        """
        (EXISTS (SELECT 1 FROM share s WHERE s.cdn_photo_key = p.id AND s.user_id = @viewerId)
            OR EXISTS (SELECT 1 FROM album_share g WHERE g.album_id = p.album_id AND g.user_id = @viewerId))
        """;

    /// <summary>Visible to somebody who is not the owner; <c>account a</c> is the owner.</summary>
    public const string IsVisibleToOthers =
        $"(p.hidden_ms IS NULL AND ((a.visibility = 'public' AND p.visibility = 'public') OR {IsSharedWithViewer}))";
}
