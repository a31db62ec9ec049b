using CsCheck;
using Flickr.Tokens.Paths;
using Xunit;

namespace Flickr.Tokens.Tests.Paths;

public sealed class CanonicalPathTests
{
    [Theory]
    [InlineData("/", 0)]
    [InlineData("/alice/nature/original/swans.png", 4)]
    [InlineData("/alice/nature/", 2)]
    [InlineData("/a!$&'()*+,=:@-._~", 1)]
    [InlineData("/a%20b", 1)]
    [InlineData("/100%25.png", 1)]
    [InlineData("/%C3%A9t%C3%A9", 1)]
    [InlineData("/%ED%95%9C%EA%B5%AD", 1)]
    [InlineData("/%F0%9F%A6%A2.jpg", 1)]
    [InlineData("/a%3Bb", 1)]
    [InlineData("/...", 1)]
    public void A_canonical_path_is_taken_as_it_is(string raw, int segments)
    {
        var taken = CanonicalPath.TryParse(raw, out var path, out var refusal);

        Assert.True(taken, refusal.ToString());
        Assert.Equal(raw, path!.Value);
        Assert.Equal(segments, path.SegmentCount);
        Assert.Equal(raw, System.Text.Encoding.ASCII.GetString(path.Utf8));
    }

    [Theory]
    [InlineData("", PathRefusal.NotOriginForm)]
    [InlineData("alice", PathRefusal.NotOriginForm)]
    [InlineData("/u/.", PathRefusal.DotSegment)]
    [InlineData("/u/..", PathRefusal.DotSegment)]
    [InlineData("/u/%2E", PathRefusal.NeedlessEscape)]
    [InlineData("/u/%41", PathRefusal.NeedlessEscape)]
    [InlineData("/u/%2B", PathRefusal.NeedlessEscape)]
    [InlineData("/u/a%0Ab", PathRefusal.ForbiddenEscape)]
    [InlineData("/u/%7F", PathRefusal.ForbiddenEscape)]
    [InlineData("/u/%C2%85", PathRefusal.ForbiddenEscape)]
    [InlineData("/u/%", PathRefusal.BadEscape)]
    [InlineData("/u/%4", PathRefusal.BadEscape)]
    [InlineData("/u/%e9", PathRefusal.LowerCaseEscape)]
    [InlineData("/u/%E9", PathRefusal.NotUtf8)]
    [InlineData("/u/%ED%A0%80", PathRefusal.NotUtf8)]
    [InlineData("/u/e%CC%81", PathRefusal.NotNfc)]
    [InlineData("/u/a b", PathRefusal.ForbiddenCharacter)]
    [InlineData("/u/a\nb", PathRefusal.ForbiddenCharacter)]
    [InlineData("/u/%25zz", PathRefusal.None)]
    [InlineData("/u/%2541", PathRefusal.DoubleEscape)]
    public void What_has_a_second_spelling_is_refused_and_never_repaired(string raw, PathRefusal expected)
    {
        var taken = CanonicalPath.TryParse(raw, out var path, out var refusal);

        Assert.Equal(expected, refusal);
        Assert.Equal(expected == PathRefusal.None, taken);
        Assert.Equal(taken, path is not null);
    }

    [Fact]
    public void Paths_names_and_depths_have_limits()
    {
        Assert.False(
            CanonicalPath.TryParse("/" + new string('a', CanonicalPath.LengthMax), out _, out var longPath));
        Assert.False(CanonicalPath.TryParse("/" + new string('a', 256), out _, out var longName));
        Assert.True(CanonicalPath.TryParse("/" + new string('a', 255), out _, out _));
        Assert.False(CanonicalPath.TryParse(string.Concat(Enumerable.Repeat("/a", 33)), out _, out var deep));
        Assert.True(CanonicalPath.TryParse(string.Concat(Enumerable.Repeat("/a", 32)), out _, out _));
        Assert.False(
            CanonicalPath.TryParse("/" + string.Concat(Enumerable.Repeat("%C3%A9", 128)), out _,
                out var wide));

        Assert.All([longPath, longName, deep, wide], refusal => Assert.Equal(PathRefusal.TooLong, refusal));
    }

    [Fact]
    public void Every_name_has_one_spelling_and_comes_back()
    {
        Gen.String[Gen.Char["aZ09-._~!$&'()*+,=:@ ;%/\\?#[]\"<>^`{|}\u00E9\u4E2D\uD55C\u0301\u212B\u0000\u009F"], 0, 12]
            .Sample(name =>
            {
                var nfc = PathName.ToNfc(name);
                if (PathName.Judge(nfc) != PathRefusal.None) return;
                var path = CanonicalPath.FromSegments("u", nfc);
                Assert.True(CanonicalPath.TryParse(path.Value, out var again, out var refusal),
                    refusal.ToString());
                Assert.Equal(path, again);
                Assert.Equal(nfc, again!.Name(1));
            });
    }

    [Fact]
    public void Two_names_never_share_a_path()
    {
        var name =
            Gen.String[Gen.Char["ab%2Ff;+ \u00E9"], 1, 4].Where(n => PathName.Judge(n) == PathRefusal.None);
        Gen.Select(name, name).Sample((one, other) =>
            Assert.Equal(one == other,
                CanonicalPath.FromSegments(one).Equals(CanonicalPath.FromSegments(other))));
    }

    [Fact]
    public void Whatever_is_taken_survives_parsing_by_the_runtime_unchanged()
    {
        Gen.String[Gen.Char["ab./%25CEF3A9\u00E9;\\+~?#"], 0, 16].Sample(raw =>
        {
            if (!CanonicalPath.TryParse("/" + raw, out var path, out _)) return;
            Assert.Equal(path.Value, new Uri("http://edge.example" + path.Value).AbsolutePath);
        });
    }

    [Theory]
    [InlineData("/alice/nature/original/swans.png", 0, "/")]
    [InlineData("/alice/nature/original/swans.png", 2, "/alice/nature/")]
    [InlineData("/alice/nature/original/swans.png", 3, "/alice/nature/original/")]
    [InlineData("/alice/nature/original/swans.png", 4, "")]
    [InlineData("/alice/nature", 2, "")]
    [InlineData("/alice/nature/", 2, "/alice/nature/")]
    [InlineData("/", 1, "")]
    public void A_prefix_ends_at_the_slash_after_its_segments(string raw, int depth, string expected)
    {
        Assert.Equal(expected, CanonicalPath.Parse(raw).Prefix(depth).ToString());
    }

    [Theory]
    [Trait("Requirement", "R077")]
    [InlineData("/u/42/a", "/u/42/", true)]
    [InlineData("/u/42/", "/u/42/", true)]
    [InlineData("/u/42", "/u/42/", false)]
    [InlineData("/u/421/a", "/u/42/", false)]
    [InlineData("/u/42/a", "/u/4", false)]
    [InlineData("/U/42/a", "/u/42/", false)]
    public void A_prefix_matches_at_the_ends_of_segments_only(string raw, string prefix, bool expected)
    {
        Assert.Equal(expected, CanonicalPath.Parse(raw).IsUnder(prefix));
    }

    [Fact]
    public void Segments_are_found_by_index()
    {
        var path = CanonicalPath.FromSegments("alice", "é t", "swans.png");

        Assert.Equal("%C3%A9%20t", path.Segment(1).ToString());
        Assert.Equal("é t", path.Name(1));
        Assert.Equal("swans.png", path.Name(2));
        Assert.Throws<ArgumentOutOfRangeException>(() => path.Name(3));
        Assert.Equal("/alice/%C3%A9%20t/swans.png/", path.AsDirectory().Value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("a\u0000b")]
    [InlineData("e\u0301")]
    [InlineData("%41")]
    public void A_string_that_cannot_be_a_name_is_not_spelled(string name)
    {
        Assert.Throws<ArgumentException>(() => CanonicalPath.FromSegments("alice", name));
    }
}
