using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Flickr.Edge.Tests.Harness;
using RawConnection = Flickr.Edge.Tests.Gate.RawConnection;

namespace Flickr.Edge.Tests.Lane;

/// <summary>Requests and answers as bytes, and answers made comparable between two edges.</summary>
internal static partial class LaneExchange
{
    public static string Get(EdgeServer edge, string target, string fields = "", string method = "GET",
        string version = "1.1") =>
        $"{method} {target} HTTP/{version}\r\nHost: {edge.Authority}\r\n{fields}\r\n";

    public static async Task<RawConnection> ConnectAsync(EdgeServer edge, int receiveBytes = 0)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        if (receiveBytes > 0)
        {
            socket.ReceiveBufferSize = receiveBytes;
        }
        var at = new Uri(edge.Address);
        await socket.ConnectAsync(at.Host, at.Port);
        return new RawConnection(socket);
    }

    /// <summary>Reads that many answers; those to the requests of these methods.</summary>
    public static Task<string> AnswersAsync(RawConnection connection, params string[] methods) =>
        connection.ReadUntilAsync(text => Split(text, methods).Count == methods.Length);

    /// <summary>The whole answers at the start of the text.</summary>
    public static List<(string Head, string Body)> Split(string text, string[] methods)
    {
        var answers = new List<(string, string)>();
        for (var at = 0; answers.Count < methods.Length
            && text.IndexOf("\r\n\r\n", at, StringComparison.Ordinal) is >= 0 and var end;)
        {
            var head = text[at..end];
            var length = Regex.Match(head, "Content-Length: (\\d+)", RegexOptions.IgnoreCase);
            var hasBody = methods[answers.Count] != "HEAD" && !head.Contains(" 304 ", StringComparison.Ordinal);
            var next = end + 4 + (hasBody && length.Success ? int.Parse(length.Groups[1].Value) : 0);
            if (next > text.Length)
            {
                break;
            }
            answers.Add((head, text[(end + 4)..next]));
            at = next;
        }
        return answers;
    }

    /// <summary>Fields in order of their names, with times made equal; no Date.</summary>
    public static string Comparable(string text, params string[] methods)
    {
        var result = new StringBuilder();
        foreach (var (head, body) in Split(text, methods))
        {
            var lines = head.Split("\r\n");
            result.AppendLine(lines[0]);
            foreach (var line in lines.Skip(1)
                .Where(line => !line.StartsWith("Date:", StringComparison.Ordinal))
                .Select(line => Seconds().Replace(line, "$1N")).Order(StringComparer.Ordinal))
            {
                result.AppendLine(line);
            }
            result.AppendLine(body);
        }
        return result.ToString();
    }

    [GeneratedRegex("(Age: |ttl=|private, max-age=)-?\\d+")]
    private static partial Regex Seconds();
}
