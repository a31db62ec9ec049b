namespace Flickr.Edge.Collapse;

/// <summary>How far a body is.</summary>
/// <param name="Published">Bytes that may be read.</param>
/// <param name="IsComplete">No more will come and none is missing.</param>
/// <param name="Fault">Why no more will come although some are missing, or <see
/// cref="FillFault.None"/>.</param>
internal readonly record struct BodyProgress(long Published, bool IsComplete, FillFault Fault);
