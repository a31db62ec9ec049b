namespace Flickr.Edge.Collapse;

/// <summary>A body ended early while a client was reading it.</summary>
internal sealed class FillCutException(FillFault fault) : Exception($"the fill was cut: {fault}")
{
    public FillFault Fault { get; } = fault;
}
