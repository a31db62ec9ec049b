using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Flickr.Edge.Tests.Gate;

/// <summary>The HTTP/2 framing probes of reliability.md section 3: one reading or a refusal.</summary>
[Trait("Requirement", "R119")]
public sealed class Http2GateTests
{
    private static readonly (string, string)[] Plain =
        [(":method", "GET"), (":scheme", "http"), (":path", "/a"), (":authority", "photos.example")];

    private static readonly (string, string)[] Post =
        [(":method", "POST"), (":scheme", "http"), (":path", "/a"), (":authority", "photos.example")];

    private static readonly Dictionary<string, ((string, string)[] Fields, string? Body,
        string? Request)> Probes = new()
    {
        ["plain GET"] = (Plain, null, "GET /a"),
        ["POST with a length"] = ([.. Post, ("content-length", "5")], "hello", "POST /a hello"),
        ["POST without a length"] = (Post, "hello", "POST /a hello"),
        ["te trailers"] = ([.. Plain, ("te", "trailers")], null, "GET /a"),
        ["host without authority"] = ([.. Plain[..3], ("host", "photos.example")], null, "GET /a"),
        ["authority and the same host"] = ([.. Plain, ("host", "photos.example")], null, "GET /a"),
        ["length too small"] = ([.. Post, ("content-length", "3")], "hello", null),
        ["length too large"] = ([.. Post, ("content-length", "9")], "hello", null),
        ["two lengths"] = ([.. Post, ("content-length", "5"), ("content-length", "6")], "hello", null),
        // In HTTP/2 the length frames nothing, and the server keeps it as a number: what goes on says 5.
        ["length with plus"] = ([.. Post, ("content-length", "+5")], "hello", "POST /a hello"),
        ["transfer-encoding"] = ([.. Post, ("transfer-encoding", "chunked")], "0\r\n\r\n", null),
        ["te gzip"] = ([.. Plain, ("te", "gzip")], null, null),
        ["connection"] = ([.. Plain, ("connection", "x")], null, null),
        ["keep-alive"] = ([.. Plain, ("keep-alive", "1")], null, null),
        ["proxy-connection"] = ([.. Plain, ("proxy-connection", "x")], null, null),
        ["upgrade"] = ([.. Plain, ("upgrade", "h2c")], null, null),
        ["name in capitals"] = ([.. Plain, ("X-A", "1")], null, null),
        ["name with CRLF"] = ([.. Plain, ("x\r\ny", "1")], null, null),
        ["name with a colon"] = ([.. Plain, ("x: 1\r\ny", "1")], null, null),
        ["name with a colon inside"] = ([.. Plain, ("x:y", "1")], null, null),
        ["name with a space"] = ([.. Plain, ("x y", "1")], null, null),
        ["name empty"] = ([.. Plain, ("", "1")], null, null),
        ["CR in a value"] = ([.. Plain, ("x", "a\rb")], null, null),
        ["LF in a value"] = ([.. Plain, ("x", "a\nb")], null, null),
        ["NUL in a value"] = ([.. Plain, ("x", "a\0b")], null, null),
        ["CRLF in the path"] = ([Plain[0], Plain[1], (":path", "/a\r\nX: 1"), Plain[3]], null, null),
        ["space in the path"] = ([Plain[0], Plain[1], (":path", "/a b"), Plain[3]], null, null),
        ["fragment in the path"] = ([Plain[0], Plain[1], (":path", "/a#b"), Plain[3]], null, null),
        ["escaped CRLF in the path"] = ([Plain[0], Plain[1], (":path", "/a%0d%0a"), Plain[3]], null, null),
        ["percent without digits"] = ([Plain[0], Plain[1], (":path", "/a%2"), Plain[3]], null, null),
        ["backslash in the path"] = ([Plain[0], Plain[1], (":path", "/a\\b"), Plain[3]], null, null),
        ["path without slash"] = ([Plain[0], Plain[1], (":path", "a"), Plain[3]], null, null),
        ["path empty"] = ([Plain[0], Plain[1], (":path", ""), Plain[3]], null, null),
        ["CRLF in the method"] = ([(":method", "GET\r\nX: 1"), .. Plain[1..]], null, null),
        ["space in the method"] = ([(":method", "GET /b"), .. Plain[1..]], null, null),
        ["CRLF in the authority"] = ([.. Plain[..3], (":authority", "a\r\nX: 1")], null, null),
        ["user in the authority"] = ([.. Plain[..3], (":authority", "a@photos.example")], null, null),
        ["two paths"] = ([.. Plain, (":path", "/b")], null, null),
        ["two methods"] = ([.. Plain, (":method", "POST")], null, null),
        ["pseudo field behind a field"] = ([Plain[0], Plain[1], Plain[3], ("x", "1"), Plain[2]], null, null),
        ["unknown pseudo field"] = ([.. Plain, (":x", "1")], null, null),
        ["no path"] = ([Plain[0], Plain[1], Plain[3]], null, null),
        ["no scheme"] = ([Plain[0], Plain[2], Plain[3]], null, null),
        ["no method"] = (Plain[1..], null, null),
        ["no authority and no host"] = (Plain[..3], null, null),
        ["two hosts"] = ([.. Plain[..3], ("host", "photos.example"), ("host", "other.example")], null, null),
        ["body on GET"] = (Plain, "hello", null),
        ["body on HEAD"] = ([(":method", "HEAD"), .. Plain[1..]], "hello", null),
    };

    public static TheoryData<string> Names() => [.. Probes.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_framing_probe_is_one_reading_or_a_refusal(string name)
    {
        var (fields, body, request) = Probes[name];
        await using var server = await GatedServer.StartAsync(HttpProtocols.Http2);
        using var connection = new Http2Connection(await server.ConnectAsync());

        var outcome = await connection.AskAsync(fields, body);

        Assert.Equal(request is null ? [] : [request], server.Requests);
        Assert.Equal(request is not null, outcome == "200");
    }

    [Fact]
    public async Task Of_an_authority_and_another_host_only_the_authority_is_read()
    {
        // Kestrel replaces Host by :authority before anybody can compare them; what goes on is one name,
        // never two.
        await using var server = await GatedServer.StartAsync(HttpProtocols.Http2);
        string? host = null;
        server.Answer = context =>
        {
            host = context.Request.Headers.Host;
            return Task.CompletedTask;
        };
        using var connection = new Http2Connection(await server.ConnectAsync());

        var outcome = await connection.AskAsync([.. Plain, ("host", "other.example")], null);

        Assert.True(outcome != "200" || host == "photos.example", $"{outcome}, {host}");
    }
}
