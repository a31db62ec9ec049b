using CsCheck;
using Flickr.Edge.Headers;
using Flickr.Edge.Variants;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Flickr.Edge.Tests.Variants;

/// <summary>Groups vary and vary-parse of http-caching.md.</summary>
public sealed class VariantKeyTests
{
    [Theory]
    [InlineData("*")]
    [InlineData("*, *")]
    [InlineData("*|*")]
    [InlineData(", *")]
    [InlineData("|*")]
    [InlineData("*, Foo")]
    [InlineData("Foo, *")]
    [InlineData("Foo|*")]
    [InlineData("foo bar")]
    public void A_star_anywhere_matches_no_request(string lines) =>
        Assert.True(VaryRule.From(HeaderBlock.Of(lines.Split('|')
        .Select(line => new HeaderLine("Vary", line)))).IsStar);

    [Fact]
    public void A_rule_names_each_field_once_in_order()
    {
        var rule = VaryRule.From(HeaderBlock.Of(("Vary", "Foo, bar"), ("vary", "FOO,,Accept")));

        Assert.Equal(["accept", "bar", "foo"], rule.Fields);
        Assert.Same(VaryRule.None, VaryRule.From(HeaderBlock.Of(("Vary", " , "))));
    }

    [Fact]
    public void A_request_matches_when_every_field_says_the_same()
    {
        Assert.Equal(Key("Foo", ("Foo", "1")), Key("Foo", ("Foo", "1"), ("Other", "2")));
        Assert.NotEqual(Key("Foo", ("Foo", "1")), Key("Foo", ("Foo", "2")));
        Assert.NotEqual(Key("Foo", ("Foo", "1")), Key("Foo"));
        Assert.NotEqual(Key("Foo", ("Foo", "")), Key("Foo"));
        Assert.Equal(Key("Foo, Bar, Baz", ("Foo", "1"), ("Bar", "a")),
            Key("Baz, Bar, Foo", ("Bar", "a"), ("Foo", "1")));
        Assert.NotEqual(Key("Foo, Bar", ("Foo", "1"), ("Bar", "2")),
            Key("Foo, Bar", ("Foo", "2"), ("Bar", "1")));
    }

    [Fact]
    public void Fields_are_normalised_before_they_are_compared()
    {
        Assert.Equal(Key("Foo", ("Foo", "1,2")), Key("Foo", ("Foo", "1 , 2")));
        Assert.Equal(Key("Foo", ("Foo", "1, 2")),
            VariantKey.For(VaryRule.From(HeaderBlock.Of(("Vary", "foo"))),
            new HeaderDictionary { ["Foo"] = new StringValues(["1", "2"]) }));
        Assert.Equal(Key("Accept-Language", ("Accept-Language", "en, de")),
            Key("Accept-Language", ("Accept-Language", "DE,en")));
        Assert.Equal(Key("Accept-Language", ("Accept-Language", "en;q=0.5, de")),
            Key("Accept-Language", ("Accept-Language", "de, en; q=0.500")));
        Assert.NotEqual(Key("Accept-Language", ("Accept-Language", "en;q=0.5, de")),
            Key("Accept-Language", ("Accept-Language", "en, de;q=0.5")));
        Assert.Equal(Key("Accept-Encoding", ("Accept-Encoding", "gzip, br;q=1.0, foo")),
            Key("Accept-Encoding", ("Accept-Encoding", "br, x-gzip, zstd;q=0")));
    }

    [Theory]
    [InlineData("image/avif,image/webp,*/*;q=0.8", "avif")]
    [InlineData("image/webp,image/apng,*/*;q=0.8", "webp")]
    [InlineData("IMAGE/WEBP;q=0.1", "webp")]
    [InlineData("image/avif;q=0, image/webp", "webp")]
    [InlineData("*/*", "jpeg")]
    [InlineData("", "jpeg")]
    [InlineData("image/avif;q=x", "jpeg")]
    public void Accept_becomes_one_of_three_formats_where_a_site_asks_for_it(string accept, string format) =>
        Assert.Equal($"accept:{format}\n", VariantKey.For(VaryRule.From(HeaderBlock.Of(("Vary", "Accept"))),
            new HeaderDictionary { ["Accept"] = accept }, normalisesAccept: true).Canonical);

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Normalising_twice_changes_nothing() =>
        Gen.String[Gen.OneOf(Gen.Char[' ', '~'], Gen.OneOf(',', ';', '=', 'q', '"', ' ')), 0,
        40].Sample(text =>
        {
            Assert.Equal(FieldNormaliser.List(text), FieldNormaliser.List(FieldNormaliser.List(text)));
            Assert.Equal(FieldNormaliser.Codings(text),
                FieldNormaliser.Codings(FieldNormaliser.Codings(text)));
            FieldNormaliser.Languages(text);
            FieldNormaliser.PictureFormat(text);
        }, iter: 20_000, time: Fuzz.Seconds);

    private static VariantKey Key(string vary, params (string Name, string Value)[] request)
    {
        var headers = new HeaderDictionary();
        foreach (var (name, value) in request)
        {
            headers[name] = value;
        }
        return VariantKey.For(VaryRule.From(HeaderBlock.Of(("Vary", vary))), headers);
    }
}
