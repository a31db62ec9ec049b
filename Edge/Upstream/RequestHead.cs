using System.Buffers;
using System.Text;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Upstream;

/// <summary>Writes the head of a request as bytes, one char a byte (Latin-1). Pure.</summary>
internal static class RequestHead
{
    private static readonly SearchValues<char> NotInTarget = SearchValues.Create(
        [.. Enumerable.Range(0, 33).Select(code => (char)code), '\x7f']);

    private static readonly SearchValues<char> NotInValue = SearchValues.Create("\0\r\n");

    /// <summary>Bytes that <see cref="Write"/> may need.</summary>
    public static int BytesMax(UpstreamRequest request)
    {
        var bytes = 128 + request.Method.Length + request.Target.Length + request.Host.Length;
        for (var i = 0; i < request.Fields.Count; i++)
        {
            bytes += request.Fields[i].Name.Length + request.Fields[i].Value.Length + 4;
        }
        return bytes;
    }

    /// <summary>Writes the head; returns its bytes.</summary>
    /// <param name="request">The request.</param>
    /// <param name="isChunked">Whether its content comes in chunks.</param>
    /// <param name="into">At least <see cref="BytesMax"/> bytes.</param>
    /// <exception cref="InvalidOperationException">It would not be one head: a caller let through what the gate
    /// refuses.</exception>
    public static int Write(UpstreamRequest request, bool isChunked, Span<byte> into)
    {
        if (request.Target.AsSpan().ContainsAny(NotInTarget) || request.Host.AsSpan().ContainsAny(NotInTarget)
            || !FieldSyntax.IsToken(request.Method))
        {
            throw new InvalidOperationException("the request line would have two readings");
        }
        var at = 0;
        Add(request.Method, into, ref at);
        Add(" ", into, ref at);
        Add(request.Target, into, ref at);
        Add(" HTTP/1.1\r\nHost: ", into, ref at);
        Add(request.Host, into, ref at);
        Add("\r\n", into, ref at);
        for (var i = 0; i < request.Fields.Count; i++)
        {
            var line = request.Fields[i];
            if (line.Value.AsSpan().ContainsAny(NotInValue) || !FieldSyntax.IsToken(line.Name))
            {
                throw new InvalidOperationException("a field would have two readings");
            }
            Add(line.Name, into, ref at);
            Add(": ", into, ref at);
            Add(line.Value, into, ref at);
            Add("\r\n", into, ref at);
        }
        Add(isChunked ? "Transfer-Encoding: chunked\r\n\r\n" : "\r\n", into, ref at);
        return at;
    }

    private static void Add(string text, Span<byte> into, ref int at) =>
        at += Encoding.Latin1.GetBytes(text, into[at..]);
}
