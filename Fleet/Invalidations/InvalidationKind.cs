namespace Flickr.Fleet.Invalidations;

/// <summary>
/// What an invalidation names. The wire writes the name in lower case (<c>docs/wire.md</c>, ControlPlane).
/// </summary>
public enum InvalidationKind
{
    /// <summary>One path, every query variant; value <c>/path</c> or <c>http://host/path</c>.</summary>
    Url = 1,

    /// <summary>
    /// All below a path that ends in <c>/</c>; value <c>/a/b/</c> or <c>http://host/a/b/</c>.
    /// </summary>
    Prefix = 2,

    /// <summary>
    /// All objects that carry a tag; tokens minted before it no longer open private objects with the tag.
    /// </summary>
    Tag = 3,

    /// <summary>All objects of a host.</summary>
    Host = 4,

    /// <summary>
    /// An owner's new epoch: objects and tokens of the owner with a lower epoch are refused.
    /// </summary>
    Owner = 5,

    /// <summary>Tokens of a viewer issued before it are refused.</summary>
    Viewer = 6,

    /// <summary>A signing key verifies nothing any more.</summary>
    Key = 7,

    /// <summary>One token, by its id (jti), is refused.</summary>
    Token = 8,

    /// <summary>Every object.</summary>
    All = 9,

    /// <summary>A member was removed, by its id: says who is to be refused, and covers no object.</summary>
    Member = 10,
}
