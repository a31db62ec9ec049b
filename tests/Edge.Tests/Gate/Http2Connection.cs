using System.Buffers.Binary;
using System.Text;

namespace Flickr.Edge.Tests.Gate;

/// <summary>
/// Just enough HTTP/2 to send fields that no library would: literal, never indexed, any bytes.
/// </summary>
internal sealed class Http2Connection(RawConnection connection) : IDisposable
{
    private const byte Data = 0, Headers = 1, ResetStream = 3, Settings = 4, GoAway = 7;
    private const byte EndStream = 1, EndHeaders = 4;

    /// <summary>
    /// Sends one request on stream 1 and says what came of it: <c>status</c>, <c>reset</c>, <c>goaway</c> or
    /// <c>closed</c>.
    /// </summary>
    public async Task<string> AskAsync((string Name, string Value)[] fields, string? body)
    {
        var block = new List<byte>();
        foreach (var (name, value) in fields)
        {
            block.Add(0);
            AddText(block, name);
            AddText(block, value);
        }
        var bytes = new List<byte>("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8.ToArray());
        AddFrame(bytes, Settings, 0, 0, []);
        AddFrame(bytes, Headers, (byte)(EndHeaders | (body is null ? EndStream : 0)), 1, [.. block]);
        if (body is not null)
        {
            AddFrame(bytes, Data, EndStream, 1, Encoding.Latin1.GetBytes(body));
        }
        await connection.SendAsync([.. bytes]);
        return await OutcomeAsync();
    }

    public void Dispose() => connection.Dispose();

    private async Task<string> OutcomeAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var head = new byte[9];
        while (true)
        {
            try
            {
                await connection.Stream.ReadExactlyAsync(head, patience.Token);
                var payload = new byte[head[0] << 16 | head[1] << 8 | head[2]];
                await connection.Stream.ReadExactlyAsync(payload, patience.Token);
                switch (head[3])
                {
                    case Headers:
                        return StatusOf(payload);
                    case ResetStream:
                        return "reset";
                    case GoAway:
                        return "goaway";
                }
            }
            catch (IOException)
            {
                return "closed";
            }
        }
    }

    /// <summary>A status of the static table, e.g. 0x88 is 200; or one written out.</summary>
    private static string StatusOf(byte[] block)
    {
        // A table size update may stand first.
        var first = block.SkipWhile(octet => (octet & 0xe0) == 0x20).First();
        return first switch
        {
            0x88 => "200",
            0x8c => "400",
            0x8d => "404",
            _ => "other",
        };
    }

    private static void AddText(List<byte> block, string text)
    {
        if (text.Length < 127)
        {
            block.Add((byte)text.Length);
        }
        else
        {
            block.Add(127);
            var rest = text.Length - 127;
            for (; rest >= 128; rest >>= 7)
            {
                block.Add((byte)(rest & 127 | 128));
            }
            block.Add((byte)rest);
        }
        block.AddRange(Encoding.Latin1.GetBytes(text));
    }

    private static void AddFrame(List<byte> bytes, byte type, byte flags, int stream, byte[] payload)
    {
        Span<byte> head = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        head[3] = type;
        head[4] = flags;
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        bytes.AddRange(head);
        bytes.AddRange(payload);
    }
}
