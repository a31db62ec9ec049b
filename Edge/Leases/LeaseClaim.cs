namespace Flickr.Edge.Leases;

/// <summary>A wish for one transfer of an original.</summary>
/// <param name="Viewer">Whose: issuer and viewer, or issuer and token where a token names no viewer.</param>
/// <param name="Object">What: the same one again takes the place of the transfer before.</param>
/// <param name="Holder">The transfer: edge, a slash, and a number nobody had before.</param>
/// <param name="Limit">Transfers that the viewer may have at a time.</param>
internal readonly record struct LeaseClaim(string Viewer, string Object, string Holder, int Limit);
