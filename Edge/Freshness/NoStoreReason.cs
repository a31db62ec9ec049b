namespace Flickr.Edge.Freshness;

/// <summary>Why an answer was not stored.</summary>
internal enum NoStoreReason
{
    /// <summary>It is stored.</summary>
    None,

    /// <summary>The method's answers are not stored.</summary>
    Method,

    /// <summary>The request said no-store and the site listens to it.</summary>
    RequestNoStore,

    /// <summary>The answer said no-store.</summary>
    NoStore,

    /// <summary>The answer said private.</summary>
    Private,

    /// <summary>
    /// The request carried Authorization and the answer does not allow a shared cache to keep it.
    /// </summary>
    Authorization,

    /// <summary>
    /// A status we do not know, or not a final one, or must-understand with a status we do not understand.
    /// </summary>
    Status,

    /// <summary>Vary holds a star: no later request can match.</summary>
    VaryStar,

    /// <summary>The answer sets cookies and the site refuses to store those.</summary>
    SetCookie,

    /// <summary>Neither a lifetime nor a validator: it could never be used again.</summary>
    NoFreshness,

    /// <summary>
    /// A partial answer that cannot be combined: no strong validator, or a range that makes no sense.
    /// </summary>
    Partial,
}
