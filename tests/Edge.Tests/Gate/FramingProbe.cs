namespace Flickr.Edge.Tests.Gate;

/// <summary>
/// One way to write requests on an HTTP/1 connection, byte for byte (Latin-1), and what may come of it.
/// </summary>
/// <param name="Name">What is odd about it.</param>
/// <param name="Bytes">What is sent. Where a refusal is expected, a good request for <c>/after</c> is sent
/// behind it.</param>
/// <param name="Requests"> The requests that may be read out of it, as <c>METHOD target body</c>; null: it
/// must be refused and nothing may be read. </param>
public sealed record FramingProbe(string Name, string Bytes, params string[]? Requests)
{
    public override string ToString() => Name;
}
