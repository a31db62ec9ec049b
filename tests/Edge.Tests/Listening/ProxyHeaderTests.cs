using System.Buffers;
using System.Net;
using System.Text;
using CsCheck;
using Flickr.Listening;

namespace Flickr.Edge.Tests.Listening;

/// <summary>The header of the PROXY protocol, cut anywhere and written wrongly.</summary>
public sealed class ProxyHeaderTests
{
    private static readonly byte[] Signature = "\r\n\r\n\0\r\nQUIT\n"u8.ToArray();

    public static TheoryData<byte[], string?> Whole => new()
    {
        { Line("PROXY TCP4 203.0.113.7 192.0.2.1 40000 443"), "203.0.113.7:40000" },
        { Line("PROXY TCP6 2001:db8::7 2001:db8::1 40000 443"), "[2001:db8::7]:40000" },
        { Line("PROXY UNKNOWN"), null },
        { Line("PROXY UNKNOWN ffff::1 ffff::2 1 2"), null },
        { [.. Signature, 0x21, 0x11, 0, 12, 203, 0, 113, 7, 192, 0, 2, 1, 0x9c, 0x40, 1, 187], "203.0.113.7:40000" },
        { [.. Signature, 0x21, 0x11, 0, 16, 203, 0, 113, 7, 192, 0, 2, 1, 0x9c, 0x40, 1, 187, 4, 0, 1, 9], "203.0.113.7:40000" },
        { [.. Signature, 0x20, 0x00, 0, 0], null },
        { [.. Signature, 0x21, 0x21, 0, 36, .. IPAddress.Parse("2001:db8::7").GetAddressBytes(),
            .. IPAddress.Parse("2001:db8::1").GetAddressBytes(), 0x9c, 0x40, 1, 187], "[2001:db8::7]:40000" },
        { [.. Signature, 0x21, 0x31, 0, 4, 1, 2, 3, 4], null },
    };

    public static TheoryData<byte[]> Bad => new(
        (byte[][])[
        Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\n"),
        Line("PROXY TCP4 203.0.113.7 192.0.2.1 40000"),
        Line("PROXY TCP4 203.0.113.7 192.0.2.1 40000 65536"),
        Line("PROXY TCP4 203.0.113.7 192.0.2.1 -1 443"),
        Line("PROXY TCP4 2001:db8::7 2001:db8::1 40000 443"),
        Line("PROXY TCP6 203.0.113.7 192.0.2.1 40000 443"),
        Line("PROXY UDP4 203.0.113.7 192.0.2.1 40000 443"),
        Line("PROXY TCP4 203.0.113.7  192.0.2.1 40000 443"),
        Encoding.ASCII.GetBytes("PROXY " + new string('x', 110)),
        Encoding.ASCII.GetBytes("PRIXY"),
        [.. Signature, 0x11, 0x11, 0, 0],
        [.. Signature, 0x22, 0x11, 0, 0],
        [.. Signature, 0x21, 0x11, 0, 4, 1, 2, 3, 4],
        [.. Signature, 0x21, 0x11, 0xff, 0xff],
        [0x16, 3, 1],
        ]);

    [Theory]
    [MemberData(nameof(Whole))]
    public void A_header_is_read_whole_and_only_when_its_last_byte_is_there(byte[] header, string? source)
    {
        byte[] start = [.. header, .. "GET"u8];

        var state = ProxyHeader.Read(new ReadOnlySequence<byte>(start), out var consumed, out var endpoint);

        Assert.Equal((ProxyHeaderState.Whole, header.Length, source), (state, consumed, endpoint?.ToString()));
        for (var length = 0; length < header.Length; length++)
        {
            Assert.Equal(ProxyHeaderState.Unfinished,
                ProxyHeader.Read(new ReadOnlySequence<byte>(header, 0, length), out _, out _));
        }
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public void What_cannot_be_a_header_is_refused(byte[] start) => Assert.Equal(ProxyHeaderState.Bad,
        ProxyHeader.Read(new ReadOnlySequence<byte>(start), out _, out _));

    [Fact]
    public void Any_bytes_are_judged_without_a_fault() => Gen.Byte.Array[0, 64].Sample(bytes =>
    {
        foreach (byte[] start in (byte[][])[bytes, [.. Signature, .. bytes], [.. "PROXY "u8, .. bytes]])
        {
            ProxyHeader.Read(new ReadOnlySequence<byte>(start), out var consumed, out _);
            Assert.InRange(consumed, 0, start.Length);
        }
    });

    private static byte[] Line(string text) => Encoding.ASCII.GetBytes(text + "\r\n");
}
