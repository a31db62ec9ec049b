using CsCheck;
using Flickr.Edge.Headers;

namespace Flickr.Edge.Tests.Headers;

public sealed class HttpDateTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("Sun, 06 Nov 1994 08:49:37 GMT", 784111777)]
    [InlineData("Sunday, 06-Nov-94 08:49:37 GMT", 784111777)]
    [InlineData("Sun Nov  6 08:49:37 1994", 784111777)]
    [InlineData("SUN, 06 NOV 1994 08:49:37 gmt", 784111777)]
    [InlineData("Thursday, 18-Aug-50 02:01:18 GMT", 2544400878)]
    [InlineData("Thu Aug 18 02:01:18 2050", 2544400878)]
    [InlineData("Sun, 21 Nov 2286 04:46:39 GMT", 10000039599)]
    public void The_three_forms_are_read(string text, long unixSeconds)
    {
        Assert.True(HttpDate.TryParse(text, Now, out var date));
        Assert.Equal(unixSeconds, date.ToUnixTimeSeconds());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("")]
    [InlineData("Thu, 18 Aug 2050 02:01:18 UTC")]
    [InlineData("Thu, 18 Aug 2050 02:01:18 AEST")]
    [InlineData("Thu, 18 Aug 50 02:01:18 GMT")]
    [InlineData("Thu 18 Aug 2050 02:01:18 GMT")]
    [InlineData("Thu, 18  Aug  2050 02:01:18 GMT")]
    [InlineData("Thu, 18-Aug-2050 02:01:18 GMT")]
    [InlineData("Thu, 18 Aug 2050 02.01.18 GMT")]
    [InlineData("Thu, 18 Aug 2050 2:01:18 GMT")]
    [InlineData("Thu, 18 Aug 2050 02:01:18 GMT, Thu, 18 Aug 2050 02:01:19 GMT")]
    [InlineData("Thu, 31 Feb 2050 02:01:18 GMT")]
    [InlineData("Thu, 18 Aug 2050 24:01:18 GMT")]
    [InlineData("Xyz, 18 Aug 2050 02:01:18 GMT")]
    public void Everything_else_is_malformed(string text) =>
        Assert.False(HttpDate.TryParse(text, Now, out _));

    [Fact]
    public void What_is_formatted_is_read_again() =>
        Gen.Long[0, 253_402_300_799].Sample(seconds =>
        {
            var date = DateTimeOffset.FromUnixTimeSeconds(seconds);
            Assert.True(HttpDate.TryParse(HttpDate.Format(date), Now, out var again));
            Assert.Equal(date, again);
        });

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Any_text_is_read_or_refused_and_never_throws() =>
        Gen.Select(Gen.OneOf("Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
        "Sun Nov  6 08:49:37 1994"),
            Gen.Int[0, 40], Gen.Char[' ', '~'], Gen.Int[0, 40]).Sample((text, at, character, length) =>
        {
            var changed = text.ToCharArray();
            changed[at % changed.Length] = character;
            HttpDate.TryParse(changed, Now, out _);
            HttpDate.TryParse(changed.AsSpan(0, length % changed.Length), Now, out _);
        }, iter: 50_000, time: Fuzz.Seconds);
}
