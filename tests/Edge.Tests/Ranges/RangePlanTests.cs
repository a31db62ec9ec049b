using System.Text;
using CsCheck;
using Flickr.Edge.Headers;
using Flickr.Edge.Ranges;

namespace Flickr.Edge.Tests.Ranges;

/// <summary>Group partial of http-caching.md, and the range quirks of reliability.md.</summary>
public sealed class RangePlanTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("bytes=0-1", 11, 0, 2)]
    [InlineData("bytes=1-", 11, 1, 10)]
    [InlineData("bytes=-1", 11, 10, 1)]
    [InlineData("bytes=-100", 11, 0, 11)]
    [InlineData("bytes=5-99999999999999999999", 11, 5, 6)]
    [InlineData("BYTES=0-0", 11, 0, 1)]
    [InlineData("bytes= 0-0 , ", 11, 0, 1)]
    [InlineData("bytes=0-0, 20-30", 11, 0, 1)]
    public void One_range_is_one_slice(string range, long complete, long offset, long length)
    {
        var plan = Plan(range, complete);

        Assert.Equal(RangeAnswer.Single, plan.Answer);
        Assert.Equal(new RangeSlice(offset, length), Assert.Single(plan.Slices));
        Assert.Equal($"bytes {offset}-{offset + length - 1}/{complete}", plan.ContentRange);
        Assert.Equal(length, plan.ContentLength);
    }

    [Theory]
    [InlineData("bytes=11-", 11)]
    [InlineData("bytes=-0", 11)]
    [InlineData("bytes=20-30, 99-", 11)]
    [InlineData("bytes=0-", 0)]
    public void Nothing_to_satisfy_is_416(string range, long complete)
    {
        var plan = Plan(range, complete);

        Assert.Equal(RangeAnswer.Unsatisfiable, plan.Answer);
        Assert.Equal($"bytes */{complete}", plan.ContentRange);
    }

    [Theory]
    [InlineData("items=0-1")]
    [InlineData("bytes=")]
    [InlineData("bytes=a-b")]
    [InlineData("bytes=2-1")]
    [InlineData("bytes=0-1-2")]
    [InlineData("bytes=+0-1")]
    [InlineData("bytes 0-1")]
    [InlineData("bytes=0-0,x")]
    [InlineData("bytes=0-,0-")]
    [InlineData("bytes=0-5,3-8")]
    [InlineData("bytes=0-0,1-1,2-2,3-3,4-4,5-5,6-6,7-7,8-8")]
    public void What_is_malformed_or_greedy_is_answered_with_the_whole(string range) =>
        Assert.Equal(RangeAnswer.Whole, Plan(range, 1_000_000).Answer);

    [Fact]
    public void A_thousand_ranges_are_answered_with_the_whole() =>
        Assert.Equal(RangeAnswer.Whole, Plan("bytes=" + string.Join(',', Enumerable.Repeat("0-", 1000)),
        1_000_000).Answer);

    [Fact]
    public void Only_GET_has_ranges() => Assert.Equal(RangeAnswer.Whole,
        RangePlan.For(new RequestFacts { Method = "HEAD", Range = "bytes=0-1" }, Head(), 11).Answer);

    [Theory]
    [InlineData("\"a\"", true)]
    [InlineData("\"b\"", false)]
    [InlineData("W/\"a\"", false)]
    [InlineData("Tue, 24 Nov 2026 11:00:00 GMT", true)]
    [InlineData("Tuesday, 24-Nov-26 11:00:00 GMT", true)]
    [InlineData("Tue, 24 Nov 2026 11:00:01 GMT", false)]
    [InlineData("nonsense", false)]
    public void If_Range_holds_only_for_the_same_bytes(string ifRange, bool holds)
    {
        var plan = RangePlan.For(new RequestFacts { Method = "GET", Range = "bytes=0-1", IfRange = ifRange },
            Head(), 11);

        Assert.Equal(holds ? RangeAnswer.Single : RangeAnswer.Whole, plan.Answer);
    }

    [Fact]
    public void If_Range_never_holds_without_a_validator()
    {
        var head = new StoredHead(200, HeaderBlock.Empty, Now, Now, default);

        Assert.Equal(RangeAnswer.Whole,
            RangePlan.For(new RequestFacts { Method = "GET", Range = "bytes=0-1", IfRange = "\"a\"" }, head,
            11).Answer);
    }

    [Fact]
    public void Several_ranges_come_as_parts_whose_length_is_known()
    {
        var plan = Plan("bytes=0-1, 500-501, -1", 1000);
        var bytes = Assemble(plan, Enumerable.Range(0, 1000).Select(number => (byte)number).ToArray());
        var text = Encoding.Latin1.GetString(bytes);
        var boundary = plan.ContentType!["multipart/byteranges; boundary=".Length..];

        Assert.Equal(RangeAnswer.Multi, plan.Answer);
        Assert.Equal(plan.ContentLength, bytes.Length);
        Assert.Equal($"--{boundary}\r\nContent-Type: image/png\r\nContent-Range: bytes 0-1/1000\r\n\r\n\0\u0001"
            + $"\r\n--{boundary}\r\nContent-Type: image/png\r\nContent-Range: bytes 500-501/1000\r\n\r\n\u00f4\u00f5"
            + $"\r\n--{boundary}\r\nContent-Type: image/png\r\nContent-Range: bytes 999-999/1000\r\n\r\n\u00e7"
            + $"\r\n--{boundary}--\r\n", text);
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void No_Range_field_makes_us_send_more_than_the_whole_or_bytes_that_are_not_there() =>
        Gen.Select(
            Gen.Select(Gen.Int[-1, 40], Gen.Int[-1, 40], (first, last) =>
                $"{(first < 0 ? "" : first)}-{(last < 0 ? "" : last)}").Array[1, 12],
            Gen.Int[0, 2000]).Sample((ranges, complete) =>
        {
            var plan = Plan("bytes=" + string.Join(',', ranges), complete);
            var body = new byte[complete];
            new Random(complete).NextBytes(body);

            var sent = plan.Answer == RangeAnswer.Whole ? body : Assemble(plan, body);

            Assert.True(sent.Length <= complete);
            Assert.True(plan.Answer == RangeAnswer.Whole || sent.Length == plan.ContentLength);
        }, iter: 20_000, time: Fuzz.Seconds);

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Any_text_is_read_or_ignored_and_never_throws() =>
        Gen.Select(Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.OneOf('-', ',', '0', '9', '=')), 0, 40],
        Gen.Long[0, long.MaxValue])
            .Sample((text, complete) =>
            {
                Plan("bytes=" + text, complete);
                Plan(text, complete);
                ContentRange.Parse("bytes " + text);
            }, iter: 20_000, time: Fuzz.Seconds);

    [Theory]
    [InlineData("bytes 4-9/10", 4, 9, 10)]
    [InlineData("bytes 0-0/*", 0, 0, -1)]
    public void A_content_range_is_read(string field, long first, long last, long complete)
    {
        Assert.Equal(new ContentRange(first, last, complete), ContentRange.Parse(field));
        Assert.Equal(field, ContentRange.Parse(field).ToString());
    }

    [Theory]
    [InlineData("bytes 9-4/10")]
    [InlineData("bytes 4-10/10")]
    [InlineData("bytes */10")]
    [InlineData("items 0-1/2")]
    [InlineData("bytes -1-1/2")]
    [InlineData(null)]
    public void A_content_range_that_makes_no_sense_is_none(string? field) =>
        Assert.Null(ContentRange.Parse(field));

    private static RangePlan Plan(string range, long complete) =>
        RangePlan.For(new RequestFacts { Method = "GET", Range = range }, Head(), complete);

    private static StoredHead Head() => new(200,
        HeaderBlock.Of(("ETag", "\"a\""), ("Content-Type", "image/png"),
        ("Last-Modified", "Tue, 24 Nov 2026 11:00:00 GMT"), ("Date", HttpDate.Format(Now))), Now, Now,
            default);

    private static byte[] Assemble(RangePlan plan, byte[] body)
    {
        var sent = new List<byte>();
        foreach (var slice in plan.Slices)
        {
            sent.AddRange(slice.Preamble.Span);
            sent.AddRange(body.AsSpan((int)slice.Offset, (int)slice.Length));
        }
        sent.AddRange(plan.Epilogue.Span);
        return [.. sent];
    }
}
