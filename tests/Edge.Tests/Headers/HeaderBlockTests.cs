using CsCheck;
using Flickr.Edge.Freshness;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Tests.Headers;

public sealed class HeaderBlockTests
{
    private static readonly Gen<HeaderLine> Lines = Gen.Select(
        Gen.OneOf(
            Gen.OneOf("ETag", "Cache-Control", "Vary", "X-Custom", "etag", "Surrogate-Key"),
            Gen.String[Gen.Char.AlphaNumeric, 1, 40]),
        Gen.String[Gen.Char['\u0001', '\u00ff'], 0, 60],
        (name, value) => new HeaderLine(name, value));

    [Fact]
    public void Lines_of_one_name_stay_apart_and_join_with_a_comma()
    {
        var block = HeaderBlock.Of(("Vary", "a"), ("ETag", "\"x\""), ("vary", "b"));

        Assert.Equal("a", block.First("VARY"));
        Assert.Equal("a, b", block.Joined("Vary"));
        Assert.Equal(2, block.CountOf("vary"));
        Assert.Equal(["a", "b"], block.Values("Vary").ToArray());
        Assert.Null(block.Joined("Age"));
    }

    [Fact]
    public void A_value_keeps_its_Latin1_bytes_and_loses_control_characters()
    {
        var block = HeaderBlock.Of(("ETag", "\"abcdef\u00fc\""), ("X", "a\r\nSet-Cookie: b\0"),
            ("bad name", "1"), ("Y", "\u20ac"));

        Assert.Equal("\"abcdef\u00fc\"", block.First("etag"));
        Assert.Equal("a  Set-Cookie: b ", block.First("X"));
        Assert.Equal(" ", block.First("Y"));
        Assert.Equal(3, block.Count);
    }

    [Fact]
    public void With_and_without_leave_the_block_itself_unchanged()
    {
        var block = HeaderBlock.Of(("A", "1"), ("B", "2"), ("a", "3"));

        Assert.Equal("B: 2\nA: 9", block.With("A", "9").ToString());
        Assert.Equal("B: 2", block.Without("a").ToString());
        Assert.Same(block, block.Without("C"));
        Assert.Equal(3, block.Count);
    }

    [Fact]
    public void What_is_written_is_read_again() =>
        Lines.Array[0, 30].Sample(lines =>
        {
            var block = HeaderBlock.Of(lines);
            var bytes = new byte[block.ByteCount];

            Assert.Equal(bytes.Length, block.WriteTo(bytes));
            var again = HeaderBlock.ReadFrom(bytes, out var read);

            Assert.Equal(bytes.Length, read);
            Assert.Equal(block.ToArray(), again!.ToArray());
        });

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Bytes_that_were_not_written_by_us_are_refused_and_never_throw() =>
        Gen.Byte.Array[0, 200].Sample(bytes =>
        {
            HeaderBlock.ReadFrom(bytes, out var read);
            Assert.InRange(read, 0, bytes.Length);
            StoredHead.ReadFrom(bytes, out read);
            Assert.InRange(read, 0, bytes.Length);
        }, iter: 20_000, time: Fuzz.Seconds);

    [Fact]
    public void A_head_cut_anywhere_is_not_a_head()
    {
        var head = Head();
        var bytes = new byte[head.ByteCount];
        head.WriteTo(bytes);

        for (var length = 0; length < bytes.Length; length++)
        {
            Assert.Null(StoredHead.ReadFrom(bytes.AsSpan(0, length), out _));
        }
        var again = StoredHead.ReadFrom(bytes, out var read);
        Assert.Equal(bytes.Length, read);
        Assert.Equal(head with { Headers = HeaderBlock.Empty }, again! with { Headers = HeaderBlock.Empty });
        Assert.Equal(head.Headers.ToArray(), again.Headers.ToArray());
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Bits_flipped_in_a_head_never_throw() =>
        Gen.Select(Gen.Int[0, 200], Gen.Byte).Sample((at, value) =>
        {
            var head = Head();
            var bytes = new byte[head.ByteCount];
            head.WriteTo(bytes);
            bytes[at % bytes.Length] = value;
            var read = StoredHead.ReadFrom(bytes, out _);
            if (read is not null)
            {
                Reuse.Judge(read, default, new StoreRules(), DateTimeOffset.UnixEpoch.AddYears(60));
            }
        }, iter: 20_000, time: Fuzz.Seconds);

    private static StoredHead Head() => new(200, HeaderBlock.Of(("ETag", "\"a\""), ("X-Own", "v\u00e9")),
        DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_000),
        DateTimeOffset.FromUnixTimeMilliseconds(1_790_000_000_250),
        new Lifetimes
        {
            FreshFor = TimeSpan.FromSeconds(60),
            InitialAge = TimeSpan.FromSeconds(2),
            StaleWhileRevalidate = TimeSpan.FromSeconds(3),
            StaleIfError = TimeSpan.FromDays(1),
            MustRevalidate = true,
            HasValidator = true,
            Source = FreshnessSource.Targeted,
        });
}
