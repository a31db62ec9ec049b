using System.Text;
using Flickr.Photos.Imaging;

namespace Flickr.Photos.Tests.Imaging;

public sealed class EmbeddedTextTests
{
    [Fact, Trait("Requirement", "R010")]
    public void Title_description_and_keywords_are_read_from_XMP()
    {
        const string Packet =
            """
            <x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
            <rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/">
            <dc:title><rdf:Alt><rdf:li xml:lang="x-default">저녁노을</rdf:li></rdf:Alt></dc:title>
            <dc:description><rdf:Alt><rdf:li>At the sea</rdf:li></rdf:Alt></dc:description>
            <dc:subject><rdf:Bag><rdf:li>sea</rdf:li><rdf:li>sea</rdf:li><rdf:li>sun</rdf:li></rdf:Bag></dc:subject>
            </rdf:Description></rdf:RDF></x:xmpmeta>
            """;

        var (title, description, tags) = EmbeddedText.ReadXmp(Encoding.UTF8.GetBytes(Packet));

        Assert.Equal("저녁노을", title);
        Assert.Equal("At the sea", description);
        Assert.Equal(["sea", "sun"], tags);
    }

    [Theory, Trait("Requirement", "R119")]
    [InlineData("""<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>""")]
    [InlineData("<x")]
    [InlineData("")]
    public void A_broken_or_hostile_packet_is_as_good_as_none(string packet)
    {
        var (title, description, tags) = EmbeddedText.ReadXmp(Encoding.UTF8.GetBytes(packet));

        Assert.Null(title);
        Assert.Null(description);
        Assert.Empty(tags);
    }

    [Theory]
    [InlineData("2012:05:17 10:20:30", null, "2012-05-17T10:20:30")]
    [InlineData("2012:05:17 10:20:30", "+09:00", "2012-05-17T10:20:30+09:00")]
    [InlineData("2012:05:17 10:20:30", "nine", "2012-05-17T10:20:30")]
    [InlineData("0000:00:00 00:00:00", null, null)]
    [InlineData(null, null, null)]
    public void The_cameras_time_is_kept_with_its_offset(string? date, string? offset, string? expected) =>
        Assert.Equal(expected, EmbeddedText.ReadTime(date, offset));

    [Theory]
    [InlineData("37/1 33/1 5904/100", "N", 37.5664)]
    [InlineData("37/1 33/1 5904/100", "S", -37.5664)]
    [InlineData("200/1 0/1 0/1", "N", null)]
    [InlineData("x", "N", null)]
    [InlineData("37/0 0/1 0/1", "N", 0.0)]
    public void Degrees_are_read_with_their_sign(string value, string reference, double? expected)
    {
        var degrees = EmbeddedText.ReadDegrees(value, reference, 90);

        Assert.Equal(expected is null, degrees is null);
        Assert.Equal(expected ?? 0, degrees ?? 0, 4);
    }
}
