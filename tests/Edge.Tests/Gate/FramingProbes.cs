namespace Flickr.Edge.Tests.Gate;

/// <summary>The HTTP/1 framing probes of reliability.md section 3, and a few more of their kind.</summary>
public static class FramingProbes
{
    private const string Host = "Host: photos.example\r\n";

    public static readonly FramingProbe[] All = [.. Lengths(), .. Encodings(), .. Lines(), .. Targets(),
        .. Chunks(), .. Good()];

    private static IEnumerable<FramingProbe> Lengths() =>
    [
        Refuse("length and encoding",
            Post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        Refuse("encoding and length",
            Post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n")),
        Refuse("length with plus", Post("Content-Length: +5\r\n", "hello")),
        Refuse("length with minus", Post("Content-Length: -5\r\n", "hello")),
        Refuse("length in hex", Post("Content-Length: 0x5\r\n", "hello")),
        Refuse("length as a list", Post("Content-Length: 5, 5\r\n", "hello")),
        Refuse("length twice, the same", Post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello")),
        Refuse("length twice, different", Post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello!")),
        Refuse("length empty", Post("Content-Length: \r\n", "hello")),
        Refuse("length with a space inside", Post("Content-Length: 0 5\r\n", "hello")),
        Refuse("length with a semicolon", Post("Content-Length: 5;\r\n", "hello")),
        Refuse("length past every number", Post("Content-Length: 99999999999999999999\r\n", "hello")),
        Refuse("length as a fraction", Post("Content-Length: 5.0\r\n", "hello")),
        Refuse("body on GET", $"GET /a HTTP/1.1\r\n{Host}Content-Length: 5\r\n\r\nhello"),
        Refuse("chunked body on GET",
            $"GET /a HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Refuse("body on HEAD", $"HEAD /a HTTP/1.1\r\n{Host}Content-Length: 5\r\n\r\nhello"),
    ];

    private static IEnumerable<FramingProbe> Encodings() =>
    [
        Refuse("chunked on HTTP/1.0",
            $"POST /a HTTP/1.0\r\n{Host}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        Refuse("gzip, chunked", Post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n")),
        Refuse("xchunked", Post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n")),
        Refuse("identity", Post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello")),
        Refuse("chunked on two lines",
            Post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n")),
        Refuse("chunked, chunked", Post("Transfer-Encoding: chunked, chunked\r\n", "0\r\n\r\n")),
        Refuse("chunked, identity", Post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n")),
        Refuse("chunked after a vertical tab", Post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n")),
        Refuse("chunked with a parameter", Post("Transfer-Encoding: chunked;q=1\r\n", "0\r\n\r\n")),
        Refuse("chunked in quotes", Post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n")),
        Refuse("encoding empty", Post("Transfer-Encoding:\r\n", "0\r\n\r\n")),
        Refuse("encoding with a space before the colon",
            Post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n")),
        Refuse("encoding folded", Post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n")),
        Refuse("encoding folded with a tab", Post("Transfer-Encoding:\r\n\tchunked\r\n", "0\r\n\r\n")),
    ];

    private static IEnumerable<FramingProbe> Lines() =>
    [
        Refuse("bare LF after the request line", "GET /a HTTP/1.1\nHost: photos.example\r\n\r\n"),
        Refuse("bare LF after a field", "GET /a HTTP/1.1\r\nHost: photos.example\nX: 1\r\n\r\n"),
        Refuse("bare LF at the end of the head", "GET /a HTTP/1.1\r\nHost: photos.example\r\n\n"),
        Refuse("bare LF everywhere", "GET /a HTTP/1.1\nHost: photos.example\n\n"),
        Refuse("bare CR in a value", Get("X: a\rb\r\n")),
        Refuse("bare CR in a name", Get("X\r: a\r\n")),
        Refuse("two CR before the LF", Get("X: a\r\r\n")),
        Refuse("NUL in a value", Get("X: a\0b\r\n")),
        Refuse("NUL in a name", Get("X\0: b\r\n")),
        Refuse("control character in a value", Get("X: a\u0001b\r\n")),
        Refuse("space before the colon", Get("X : a\r\n")),
        Refuse("folded field", Get("X: a\r\n b\r\n")),
        Refuse("space before the first field", "GET /a HTTP/1.1\r\n X: a\r\nHost: photos.example\r\n\r\n"),
        Refuse("field without a colon", Get("X\r\n")),
        Refuse("field without a name", Get(": a\r\n")),
        Refuse("name that is no token", Get("X(y): a\r\n")),
        Refuse("name with a byte past ASCII", Get("X\u00e9: a\r\n")),
        Refuse("two hosts", Get(Host)),
        Refuse("no host", "GET /a HTTP/1.1\r\nX: a\r\n\r\n"),
        Refuse("HTTP/1.2", $"GET /a HTTP/1.2\r\n{Host}\r\n"),
        Refuse("HTTP/0.9", "GET /a\r\n\r\n"),
        Refuse("http in lower case", $"GET /a http/1.1\r\n{Host}\r\n"),
        Refuse("two spaces in the request line", $"GET  /a HTTP/1.1\r\n{Host}\r\n"),
        Refuse("tab in the request line", $"GET\t/a HTTP/1.1\r\n{Host}\r\n"),
        Refuse("space behind the version", $"GET /a HTTP/1.1 \r\n{Host}\r\n"),
        Refuse("method that is no token", $"G(T /a HTTP/1.1\r\n{Host}\r\n"),
        Refuse("many empty lines first", $"\r\n\r\n\r\nGET /a HTTP/1.1\r\n{Host}\r\n"),
        Refuse("bare LF first", $"\nGET /a HTTP/1.1\r\n{Host}\r\n"),
        Refuse("HTTP/2 preface on an HTTP/1 port", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        Refuse("absolute target of another host", $"GET http://other.example/a HTTP/1.1\r\n{Host}\r\n"),
    ];

    private static IEnumerable<FramingProbe> Targets() =>
    [
        Refuse("fragment", $"GET /a#b HTTP/1.1\r\n{Host}\r\n"),
        Refuse("percent without digits", $"GET /a%2 HTTP/1.1\r\n{Host}\r\n"),
        Refuse("percent with other letters", $"GET /a%zz HTTP/1.1\r\n{Host}\r\n"),
        Refuse("percent at the end of the query", $"GET /a?b=% HTTP/1.1\r\n{Host}\r\n"),
        Refuse("CRLF escaped in the path", $"GET /a%0d%0aX:1 HTTP/1.1\r\n{Host}\r\n"),
        Refuse("CRLF escaped in the query", $"GET /a?b=%0D%0Ac HTTP/1.1\r\n{Host}\r\n"),
        Refuse("NUL escaped", $"GET /a%00b HTTP/1.1\r\n{Host}\r\n"),
        Refuse("DEL escaped in the path", $"GET /a%7Fb HTTP/1.1\r\n{Host}\r\n"),
        Refuse("backslash", $"GET /a\\b HTTP/1.1\r\n{Host}\r\n"),
        Refuse("byte past ASCII", $"GET /\u00e9 HTTP/1.1\r\n{Host}\r\n"),
        Refuse("control character", $"GET /a\u0001 HTTP/1.1\r\n{Host}\r\n"),
        Refuse("tunnel", $"CONNECT photos.example:443 HTTP/1.1\r\n{Host}\r\n"),
        Refuse("no slash", $"GET a HTTP/1.1\r\n{Host}\r\n"),
    ];

    private static IEnumerable<FramingProbe> Chunks() =>
    [
        Refuse("chunk size with 0x", Chunked("0x5\r\nhello\r\n0\r\n\r\n")),
        Refuse("chunk size with plus", Chunked("+5\r\nhello\r\n0\r\n\r\n")),
        Refuse("chunk size with a space before", Chunked(" 5\r\nhello\r\n0\r\n\r\n")),
        Refuse("chunk size with a space behind", Chunked("5 \r\nhello\r\n0\r\n\r\n")),
        Refuse("chunk size empty", Chunked("\r\nhello\r\n0\r\n\r\n")),
        Refuse("chunk size past every number", Chunked("ffffffffffffffff5\r\nhello\r\n0\r\n\r\n")),
        Refuse("bare LF after a chunk size", Chunked("5\nhello\r\n0\r\n\r\n")),
        Refuse("bare LF after a chunk", Chunked("5\r\nhello\n0\r\n\r\n")),
        Refuse("bare LF in a chunk extension", Chunked("5;\nx\r\nhello\r\n0\r\n\r\n")),
        Refuse("bare CR in a chunk extension", Chunked("5;a\rb\r\nhello\r\n0\r\n\r\n")),
        Refuse("chunk longer than its size", Chunked("4\r\nhello\r\n0\r\n\r\n")),
        Refuse("no CRLF after a chunk", Chunked("5\r\nhello0\r\n\r\n")),
        Refuse("chunk extension without end", Chunked($"5;{new string('x', 5000)}\r\nhello\r\n0\r\n\r\n")),
        Refuse("many small chunk extensions",
            Chunked(string.Concat(Enumerable.Repeat($"1;{new string('x', 900)}\r\nh\r\n", 6)))),
        Refuse("length as a trailer", Chunked("5\r\nhello\r\n0\r\nContent-Length: 5\r\n\r\n")),
        Refuse("trailer that is no field", Chunked("5\r\nhello\r\n0\r\nfoo\r\n\r\n")),
        Refuse("bare LF after a trailer", Chunked("5\r\nhello\r\n0\r\nX: 1\n\r\n")),
    ];

    private static IEnumerable<FramingProbe> Good() =>
    [
        new("plain GET", Get(""), "GET /a"),
        new("two GETs in one packet", Get("") + Get("")
            .Replace("/a", "/b", StringComparison.Ordinal), "GET /a", "GET /b"),
        new("POST with a length, then GET", Post("Content-Length: 5\r\n", "hello")
            + Get(""), "POST /a hello", "GET /a"),
        new("POST in chunks, then GET", Chunked("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")
            + Get(""), "POST /a hello!", "GET /a"),
        new("chunked in capitals",
            Post("Transfer-Encoding: CHUNKED\r\n", "A\r\n0123456789\r\n0\r\n\r\n"), "POST /a 0123456789"),
        new("chunk extensions", Chunked("5;a=b;c=\"d\"\r\nhello\r\n0\r\n\r\n"), "POST /a hello"),
        new("trailers", Chunked("5\r\nhello\r\n0\r\nX-Sum: 1\r\n\r\n") + Get(""), "POST /a hello", "GET /a"),
        new("one empty line first", "\r\n" + Get(""), "GET /a"),
        new("empty line between", Post("Content-Length: 5\r\n", "hello") + "\r\n"
            + Get(""), "POST /a hello", "GET /a"),
        new("length zero on GET", Get("Content-Length: 0\r\n"), "GET /a"),
        new("length with zeros before", Post("Content-Length: 005\r\n", "hello"), "POST /a hello"),
        new("HTTP/1.0 kept alive", $"GET /a HTTP/1.0\r\n{Host}Connection: keep-alive\r\n\r\n"
            + Get(""), "GET /a", "GET /a"),
        new("absolute target of the same host",
            $"GET http://photos.example/a HTTP/1.1\r\n{Host}\r\n", "GET http://photos.example/a"),
        new("escapes in path and query",
            $"GET /a%20b?c=%E2%82%AC%09 HTTP/1.1\r\n{Host}\r\n", "GET /a%20b?c=%E2%82%AC%09"),
        new("spaces around a value", Get("X:  a \t \r\n"), "GET /a"),
        new("unknown method", $"M-SEARCH /a HTTP/1.1\r\n{Host}\r\n", "M-SEARCH /a"),
        new("upgrade asked for",
            Get("Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"),
            "GET /a"),
    ];

    private static FramingProbe Refuse(string name, string bytes) =>
        new(name, bytes + $"GET /after HTTP/1.1\r\n{Host}\r\n", Requests: null);

    private static string Get(string fields) => $"GET /a HTTP/1.1\r\n{Host}{fields}\r\n";

    private static string Post(string fields, string body) => $"POST /a HTTP/1.1\r\n{Host}{fields}\r\n{body}";

    private static string Chunked(string body) => Post("Transfer-Encoding: chunked\r\n", body);
}
