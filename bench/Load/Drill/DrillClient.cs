using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Flickr.Load.Drill;

/// <summary>
/// One client of the drill: connects first, asks later, and notes when bytes came. It trusts nothing: a body counts as
/// whole when its length and every byte are right.
/// </summary>
internal sealed class DrillClient : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly string _host;
    private readonly byte[] _buffer = new byte[64 * 1024];

    private DrillClient(string host) => _host = host;

    /// <summary>A connected client that says <paramref name="host"/> in its requests.</summary>
    public static async Task<DrillClient> ConnectAsync(int port, string? host = null)
    {
        var client = new DrillClient(host ?? $"127.0.0.1:{port}");
        await client._socket.ConnectAsync(IPAddress.Loopback, port);
        return client;
    }

    /// <summary>Connects, asks once, hangs up.</summary>
    public static async Task<DrillAnswer> AskOnceAsync(int port, string path, string fields = "", string method = "GET")
    {
        using var client = await ConnectAsync(port);
        return await client.AskAsync(path, CancellationToken.None, fields, method);
    }

    /// <summary>Asks and reads to the end of the answer, or as far as it comes. Cancelling hangs up.</summary>
    public async Task<DrillAnswer> AskAsync(
        string path, CancellationToken cancellationToken, string fields = "", string method = "GET")
    {
        var request = $"{method} {path} HTTP/1.1\r\nHost: {_host}\r\nUser-Agent: drill\r\nConnection: close\r\n{fields}\r\n";
        var answer = new DrillAnswer { AskedAt = Stopwatch.GetTimestamp() };
        try
        {
            await _socket.SendAsync(Encoding.ASCII.GetBytes(request), cancellationToken);
            await ReadAsync(answer, cancellationToken);
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException)
        {
            answer.WasCut = true;
        }
        answer.DoneAt = Stopwatch.GetTimestamp();
        return answer;
    }

    public void Dispose() => _socket.Dispose();

    private async Task ReadAsync(DrillAnswer answer, CancellationToken cancellationToken)
    {
        var held = 0;
        int end;
        while ((end = _buffer.AsSpan(0, held).IndexOf("\r\n\r\n"u8)) < 0)
        {
            var got = await _socket.ReceiveAsync(_buffer.AsMemory(held), cancellationToken);
            if (got == 0)
            {
                answer.WasCut = true;
                return;
            }
            held += got;
        }
        answer.TakeHead(Encoding.Latin1.GetString(_buffer, 0, end));
        answer.TakeBody(_buffer.AsSpan(end + 4, held - end - 4));
        while (!answer.IsComplete)
        {
            var got = await _socket.ReceiveAsync(_buffer, cancellationToken);
            if (got == 0)
            {
                answer.WasCut = answer.Length is not null;
                return;
            }
            answer.TakeBody(_buffer.AsSpan(0, got));
        }
    }
}

/// <summary>What one client got. Times are stopwatch ticks.</summary>
internal sealed class DrillAnswer
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);
    private ChunkReader? _chunks;
    private bool _isDamaged;

    public long AskedAt { get; init; }

    /// <summary>First byte of the body; 0: there was none.</summary>
    public long FirstByteAt { get; private set; }

    public long DoneAt { get; set; }

    public int Status { get; private set; }

    /// <summary>What <c>Content-Length</c> promised; null without it.</summary>
    public long? Length { get; private set; }

    public long BodyBytes { get; private set; }

    /// <summary>The connection ended before the answer did.</summary>
    public bool WasCut { get; set; }

    public bool IsComplete => _chunks is { } chunks ? chunks.IsOver : BodyBytes == Length;

    /// <summary>Complete, not cut, and every byte as the origin has it.</summary>
    public bool IsWhole(long bytes) => !WasCut && !_isDamaged && BodyBytes == bytes;

    public string? Field(string name) => _fields.GetValueOrDefault(name);

    public void TakeHead(string head)
    {
        var lines = head.Split("\r\n");
        Status = int.Parse(lines[0].Split(' ')[1], CultureInfo.InvariantCulture);
        foreach (var line in lines.Skip(1))
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            _fields[line[..colon]] = line[(colon + 1)..].Trim();
        }
        _chunks = Field("Transfer-Encoding") is null ? null : new ChunkReader();
        Length = Field("Content-Length") is { } length ? long.Parse(length, CultureInfo.InvariantCulture) : null;
    }

    public void TakeBody(ReadOnlySpan<byte> bytes)
    {
        if (_chunks is null)
        {
            Take(bytes);
            return;
        }
        while (_chunks.TryTake(ref bytes, out var part))
        {
            Take(part);
        }
    }

    private void Take(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return;
        }
        FirstByteAt = FirstByteAt == 0 ? Stopwatch.GetTimestamp() : FirstByteAt;
        if (Status == 200)
        {
            _isDamaged |= BodyBytes + bytes.Length > Scripts.LargeBytes
                || !bytes.SequenceEqual(Scripts.Noise.AsSpan((int)BodyBytes, bytes.Length));
        }
        BodyBytes += bytes.Length;
    }
}
