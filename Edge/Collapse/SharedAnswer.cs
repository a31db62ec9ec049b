using Flickr.Edge.Cache;

namespace Flickr.Edge.Collapse;

/// <summary>A failure kept for a moment: the upstream's own error with its body, or the fault.</summary>
/// <param name="Head">Head of the upstream's error, or null when it did not answer.</param>
/// <param name="Body">Its body.</param>
/// <param name="Fault">Why there was no answer.</param>
internal sealed record SharedAnswer(ObjectHead? Head, ReadOnlyMemory<byte> Body, FillFault Fault);
