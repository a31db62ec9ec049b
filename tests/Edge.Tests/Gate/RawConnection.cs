using System.Net.Sockets;
using System.Text;

namespace Flickr.Edge.Tests.Gate;

/// <summary>A connection on which a test says what it wants, byte for byte.</summary>
internal sealed class RawConnection(Socket socket) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly NetworkStream _stream = new(socket, ownsSocket: true);

    public NetworkStream Stream => _stream;

    public Task SendAsync(string latin1) => SendAsync(Encoding.Latin1.GetBytes(latin1));

    public async Task SendAsync(byte[] bytes)
    {
        using var patience = new CancellationTokenSource(Patience);
        await _stream.WriteAsync(bytes, patience.Token);
    }

    /// <summary>Everything until the other side closes. A reset after an answer counts as a close.</summary>
    public async Task<string> ReadToEndAsync()
    {
        var read = new MemoryStream();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await _stream.CopyToAsync(read, patience.Token);
        }
        catch (IOException)
        {
            return Encoding.Latin1.GetString(read.ToArray());
        }
        return Encoding.Latin1.GetString(read.ToArray());
    }

    /// <summary>Reads one head, and nothing of what is behind it.</summary>
    public async Task<string> ReadHeadAsync()
    {
        var head = new StringBuilder();
        var one = new byte[1];
        using var patience = new CancellationTokenSource(Patience);
        while (head.Length < 4 || head.ToString(head.Length - 4, 4) != "\r\n\r\n")
        {
            await _stream.ReadExactlyAsync(one, patience.Token);
            head.Append((char)one[0]);
        }
        return head.ToString();
    }

    /// <summary>Reads until the text read so far satisfies <paramref name="isEnough"/>.</summary>
    public async Task<string> ReadUntilAsync(Func<string, bool> isEnough)
    {
        var text = new StringBuilder();
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(Patience);
        while (!isEnough(text.ToString()))
        {
            var count = await _stream.ReadAsync(buffer, patience.Token);
            if (count == 0)
            {
                throw new EndOfStreamException($"closed after '{text}'");
            }
            text.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }
        return text.ToString();
    }

    public void Dispose() => _stream.Dispose();
}
