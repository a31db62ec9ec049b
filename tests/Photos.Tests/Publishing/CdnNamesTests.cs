using CsCheck;
using Flickr.Photos.Publishing;
using Flickr.Tokens.Paths;

namespace Flickr.Photos.Tests.Publishing;

public sealed class CdnNamesTests
{
    [Fact, Trait("Requirement", "R053"), Trait("Requirement", "R054")]
    public void Paths_are_spelled_as_the_source_text_has_them()
    {
        Assert.Equal("/alice/nature/original/swans.png", CdnNames.PathOf("alice", "nature", "original", "swans.png").Value);
        Assert.Equal("/alice/nature/thumbnail/swans_thumbnail.jpg", CdnNames.PathOf("alice", "nature", "thumbnail", "swans.png").Value);
        Assert.Equal("/alice/nature/hd/swans_hd.jpg", CdnNames.PathOf("alice", "nature", "hd", "swans.png").Value);
        Assert.Equal("/alice/%EB%B0%94%EB%8B%A4/", CdnNames.DirectoryOf("alice", "바다").Value);
    }

    [Theory, Trait("Requirement", "R056")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\0b")]
    [InlineData("..%2f..")]
    [InlineData(".hidden")]
    [InlineData("\ud800")]
    [InlineData(null)]
    public void What_cannot_be_a_name_is_refused(string? name) => Assert.Null(CdnNames.TryRead(name));

    [Fact, Trait("Requirement", "R056")]
    public void Decomposed_names_become_the_composed_ones()
    {
        Assert.Equal("한글.jpg", CdnNames.TryRead("\u1112\u1161\u11ab\u1100\u1173\u11af.jpg"));
        Assert.Equal("é", CdnNames.TryRead("e\u0301"));
    }

    [Fact, Trait("Requirement", "R056")]
    public void Whatever_is_taken_as_a_name_makes_a_canonical_path_of_four_segments() => Gen.String.Sample(text =>
    {
        if (CdnNames.TryRead(text) is { } name)
        {
            var path = CdnNames.PathOf("alice", name, "thumbnail", name);
            Assert.True(CanonicalPath.TryParse(path.Value, out var again, out _));
            Assert.Equal(4, again.SegmentCount);
            Assert.StartsWith("/alice/", path.Value);
        }
    });

    [Theory]
    [InlineData("alice", true)]
    [InlineData("a", false)]
    [InlineData("b", false)]
    [InlineData("api", false)]
    [InlineData("assets", false)]
    [InlineData("Alice", false)]
    [InlineData("-alice", false)]
    [InlineData("ali/ce", false)]
    [InlineData("앨리스", false)]
    public void User_names_are_plain_and_never_a_reserved_word(string name, bool expected) =>
        Assert.Equal(expected, CdnNames.IsUserName(name));
}
