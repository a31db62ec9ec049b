using System.Net;
using System.Net.Sockets;

namespace Flickr.Load.Generator;

/// <summary>One keep-alive connection: sends a request, reads the head, drops the body, says when the answer is whole.</summary>
internal sealed class Wire : IDisposable
{
    private readonly Socket _socket;
    private readonly byte[] _head = new byte[16 * 1024];
    private int _headBytes;
    private long _bodyLeft = -1;

    public Wire(int port)
    {
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _socket.Connect(IPAddress.Loopback, port);
        Descriptor = (int)_socket.Handle;
    }

    public int Descriptor { get; }

    /// <summary>When the request of the running exchange was due, in stopwatch ticks.</summary>
    public long Due { get; set; }

    public bool IsBusy { get; private set; }

    /// <summary>Whether the last whole answer was a 200.</summary>
    public bool WasOk { get; private set; }

    public long BodyBytes { get; private set; }

    public void Begin(ReadOnlySpan<byte> request)
    {
        IsBusy = true;
        _headBytes = 0;
        _bodyLeft = -1;
        Epoll.Send(Descriptor, request);
    }

    /// <summary>Takes what has arrived. True when the answer is whole.</summary>
    /// <exception cref="IOException">The server closed in the middle, or the answer has no length.</exception>
    public bool Advance()
    {
        while (true)
        {
            var got = _bodyLeft < 0
                ? Epoll.Receive(Descriptor, _head.AsSpan(_headBytes))
                : Epoll.Drop(Descriptor, (int)Math.Min(_bodyLeft, 1 << 20));
            if (got == -1)
            {
                return false;
            }
            if (got == 0)
            {
                throw new IOException("the server closed the connection in the middle of an answer");
            }
            if (_bodyLeft < 0)
            {
                _headBytes += got;
                TakeHead();
            }
            else
            {
                _bodyLeft -= got;
            }
            if (_bodyLeft == 0)
            {
                IsBusy = false;
                return true;
            }
        }
    }

    /// <summary>Sleeps until something has come, and leaves the processor to the origin meanwhile.</summary>
    public void Wait() => _socket.Poll(TimeSpan.FromSeconds(1), SelectMode.SelectRead);

    public void Dispose() => _socket.Dispose();

    private void TakeHead()
    {
        var bytes = _head.AsSpan(0, _headBytes);
        var end = bytes.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return;
        }
        WasOk = bytes.StartsWith("HTTP/1.1 200"u8);
        BodyBytes = LengthIn(bytes[..(end + 2)]);
        _bodyLeft = BodyBytes - (_headBytes - end - 4);
    }

    private static long LengthIn(ReadOnlySpan<byte> head)
    {
        var lower = "\ncontent-length:"u8;
        for (var at = 0; at + lower.Length < head.Length; at++)
        {
            if (head[at] == '\n' && System.Text.Ascii.EqualsIgnoreCase(head.Slice(at, lower.Length), lower))
            {
                var value = head[(at + lower.Length)..].TrimStart((byte)' ');
                return System.Buffers.Text.Utf8Parser.TryParse(value, out long length, out _)
                    ? length
                    : throw new IOException("an answer with a bad Content-Length");
            }
        }
        throw new IOException("an answer without Content-Length");
    }
}
