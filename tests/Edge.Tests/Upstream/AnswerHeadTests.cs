using System.Text;
using CsCheck;
using Flickr.Edge.Upstream;

namespace Flickr.Edge.Tests.Upstream;

public sealed class AnswerHeadTests
{
    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", BodyFraming.Length, true)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n", BodyFraming.Chunks, true)]
    [InlineData("HTTP/1.1 200\r\nContent-Length: 0\r\nConnection: Keep-Alive, close\r\n\r\n", BodyFraming.Length, false)]
    [InlineData("HTTP/1.1 200 OK\r\n\r\n", BodyFraming.UntilClose, false)]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: x-what\r\n\r\n", BodyFraming.UntilClose, false)]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", BodyFraming.Length, false)]
    [InlineData("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", BodyFraming.None, true)]
    [InlineData("HTTP/1.1 204 No Content\r\n\r\n", BodyFraming.None, true)]
    [InlineData("HTTP/1.1 999 Odd\r\nContent-Length: 5\r\n\r\n", BodyFraming.Length, true)]
    [InlineData("HTTP/1.1 200 OK\nContent-Length: 5\n\n", BodyFraming.Length, true)]
    public void A_head_has_one_framing(string head, object framing, bool keepsAlive)
    {
        var bytes = Encoding.Latin1.GetBytes(head + "rest");

        var reading = AnswerHeadReader.Read(bytes, isToHead: false, out var read, out var used);

        Assert.Equal(HeadReading.Whole, reading);
        Assert.Equal((BodyFraming)framing, read!.Framing);
        Assert.Equal(keepsAlive, read.KeepsAlive);
        Assert.Equal(head.Length, used);
    }

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5, 5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0x5\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9999999999999999999\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\r\n b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX : a\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\n: a\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nX\u00e9: a\r\n\r\n")]
    [InlineData("HTTP/1.1 20 OK\r\n\r\n")]
    [InlineData("HTTP/1.1 099 OK\r\n\r\n")]
    [InlineData("HTTP/1.1  200 OK\r\n\r\n")]
    [InlineData("HTTP/1.2 200 OK\r\n\r\n")]
    [InlineData("HTTP/2 200\r\n\r\n")]
    [InlineData("http/1.1 200 OK\r\n\r\n")]
    [InlineData("220 smtp ready\r\n\r\n")]
    [InlineData("SSH-2.0-OpenSSH_9.2")]
    public void A_head_with_two_readings_or_none_is_refused(string head)
    {
        var reading = AnswerHeadReader.Read(Encoding.Latin1.GetBytes(head), isToHead: false, out var read, out _);

        Assert.Equal(HeadReading.Malformed, reading);
        Assert.Null(read);
    }

    [Fact]
    public void The_answer_to_a_HEAD_has_no_body_whatever_it_announces()
    {
        AnswerHeadReader.Read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n"u8, isToHead: true, out var read, out _);

        Assert.Equal((BodyFraming.None, 5L), (read!.Framing, read.Length));
    }

    [Fact]
    public void Latin_1_bytes_of_a_value_stay_what_they_are()
    {
        AnswerHeadReader.Read(Encoding.Latin1.GetBytes("HTTP/1.1 200 OK\r\nETag: \"\u00fc\"\r\nX-Other:  b \r\n\r\n"),
            isToHead: false, out var read, out _);

        Assert.Equal("\"\u00fc\"", read!.Fields.First("ETag"));
        Assert.Equal("b", read.Fields.First("x-other"));
    }

    [Fact]
    public void A_head_cut_anywhere_is_waited_for()
    {
        var head = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\n"u8.ToArray();

        for (var count = 0; count < head.Length; count++)
        {
            Assert.Equal(HeadReading.Incomplete, AnswerHeadReader.Read(head.AsSpan(0, count), false, out _, out _));
        }
    }

    [Fact, Trait("Category", "Fuzz")]
    public void Any_bytes_are_read_without_a_fault_and_a_head_that_is_taken_has_no_control_bytes()
    {
        var pieces = Gen.OneOf("HTTP/1.1 200 OK\r\n", "HTTP/1.", "Content-Length: 5\r\n", "Transfer-Encoding: chunked\r\n",
            "\r\n", "\n", "\r", ":", " ", "\0", "X: y", "Connection: close\r\n", "103", "HTTP/1.1 103 \r\n", "\u00ff", "\t");
        var messages = Gen.Select(Gen.OneOf(pieces, Gen.String[Gen.Char['\0', '\u00ff'], 0, 12]).Array[0, 20], string.Concat);

        messages.Sample(text =>
        {
            var bytes = Encoding.Latin1.GetBytes(text);
            var reading = AnswerHeadReader.Read(bytes, text.Length % 2 == 0, out var head, out var used);
            if (reading != HeadReading.Whole)
            {
                return head is null;
            }
            return used <= bytes.Length && head!.Status is >= 100 and <= 999
                && head.Fields.All(line => line.Value.All(letter => letter is '\t' or >= ' ' and not '\x7f'))
                && (head.Framing != BodyFraming.Length || head.Length >= 0);
        }, iter: 50_000, time: Fuzz.Seconds);
    }

    [Theory]
    [InlineData("5", 5L)]
    [InlineData("1a;name=value", 26L)]
    [InlineData("FF ;x", 255L)]
    [InlineData("", null)]
    [InlineData("0x5", null)]
    [InlineData("-1", null)]
    [InlineData("5 5", null)]
    [InlineData("1234567890123456", null)]
    [InlineData("5;\r", null)]
    public void A_chunk_line_states_one_size(string line, long? size) =>
        Assert.Equal(size, ChunkLine.SizeOf(Encoding.Latin1.GetBytes(line)));

    [Fact, Trait("Category", "Fuzz")]
    public void A_chunk_size_that_is_written_is_read() =>
        Gen.Select(Gen.Long[0, (1L << 60) - 1], Gen.Bool).Sample((size, upper) =>
            ChunkLine.SizeOf(Encoding.ASCII.GetBytes(size.ToString(upper ? "X" : "x"))) == size,
            iter: 20_000, time: Fuzz.Seconds);
}
