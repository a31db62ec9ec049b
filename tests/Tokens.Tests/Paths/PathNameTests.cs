using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests.Paths;

public sealed class PathNameTests
{
    [Theory]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u00E9", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("A\u030A", "\u00C5")]
    [InlineData("\u1112\u1161\u11AB\u1100\u116E\u11A8", "\uD55C\uAD6D")]
    [InlineData("\u0958", "\u0915\u093C")]
    [InlineData("a\u0323\u0307", "\u1EA1\u0307")]
    [InlineData("a\u0307\u0323", "\u1EA1\u0307")]
    [InlineData("\u0344", "\u0308\u0301")]
    [InlineData("\u1E0B\u0323", "\u1E0D\u0307")]
    [InlineData("q\u0307\u0323", "q\u0323\u0307")]
    [InlineData("\u304B\u3099", "\u304C")]
    [InlineData("\uD834\uDD5E", "\uD834\uDD57\uD834\uDD65")]
    [InlineData("\uF900", "\u8C48")]
    [InlineData("swans", "swans")]
    [InlineData("\u0301", "\u0301")]
    public void A_decomposed_name_is_composed(string given, string expected)
    {
        Assert.Equal(expected, PathName.ToNfc(given));
        Assert.Equal(expected, PathName.ToNfc(expected));
        Assert.Equal(given == expected, PathName.IsNfc(given));
    }

    [Fact]
    public void A_name_that_is_composed_already_is_the_same_instance()
    {
        const string Name = "été 한국 中国 swans.png";
        Assert.Same(Name, PathName.ToNfc(Name));
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_name()
    {
        Assert.Throws<ArgumentException>(() => PathName.ToNfc("\u0301\uD83E"));
        Assert.Equal(PathRefusal.NotUtf8, PathName.Judge("a\uDDA2\uD83E"));
    }
}
