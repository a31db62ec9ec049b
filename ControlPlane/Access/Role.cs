namespace Flickr.ControlPlane.Access;

/// <summary>Who a caller is, decided by the key it shows.</summary>
internal enum Role
{
    /// <summary>No valid key.</summary>
    None = 0,

    /// <summary>People and the <c>flickr</c> command.</summary>
    Operator = 1,

    /// <summary>Edges.</summary>
    Edge = 2,

    /// <summary>Photos and other backends.</summary>
    Service = 3,

    /// <summary>A member that is none of these, such as an origin.</summary>
    Node = 4,
}
