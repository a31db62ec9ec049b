namespace Flickr.Photos.Accounts;

/// <summary>A user.</summary>
/// <param name="Id">Sortable id; the owner id edges know.</param>
/// <param name="Name">First segment of every path.</param>
/// <param name="PasswordHash">By the framework's hasher; null when only keys open the account.</param>
/// <param name="Visibility"><c>public</c> or <c>private</c>.</param>
/// <param name="Epoch">Grows when everything the owner has handed out shall be dead.</param>
/// <param name="Stamp">Part of every cookie; a new one signs all sessions out.</param>
/// <param name="CreatedMs">When.</param>
/// <param name="Email">Where letters go; null for nowhere.</param>
/// <param name="AllowsComments">1 where photos take comments unless they say otherwise.</param>
public sealed record AccountRow(
    string Id, string Name, string? PasswordHash, string Visibility, long Epoch, string Stamp, long CreatedMs,
    string? Email, long AllowsComments)
{
    /// <summary>Whether the account is public.</summary>
    public bool IsPublic => Visibility == "public";

    internal const string Columns =
        """
        id AS Id, name AS Name, password_hash AS PasswordHash, visibility AS Visibility, epoch AS Epoch, stamp AS Stamp,
        created_ms AS CreatedMs, email AS Email, allows_comments AS AllowsComments
        """;
}
