using Flickr.Photos.Search;

namespace Flickr.Photos.Tests.Search;

public sealed class SearchTextTests
{
    [Theory, Trait("Requirement", "R016")]
    [InlineData("저녁노을", "저녁 녁노 노을 을")]
    [InlineData("봄", "봄")]
    [InlineData("東京の夜景", "東京 京の の夜 夜景 景")]
    [InlineData("Café au LAIT", "cafe au lait")]
    [InlineData("IMG_2034.jpg", "img 2034 jpg")]
    [InlineData("서울2024년", "서울 울 2024 년")]
    [InlineData("Tiếng Việt", "tieng viet")]
    [InlineData("Łódź Straße Ærø", "lodz strasse aero")]
    [InlineData("ﬁn ＡＢＣ１", "fin abc1")]
    [InlineData("ﾊﾟﾝ", "パン ン")]
    [InlineData("ガス", "ガス ス")]
    [InlineData("Ёлка Йод", "ёлка йод")]
    [InlineData("𠮷野家", "𠮷野 野家 家")]
    [InlineData("한글", "한글 글")]
    [InlineData("हिन्दी", "हिन्दी")]
    [InlineData("'; DROP -- \"*\" 🎉", "drop")]
    public void Texts_become_words_and_pairs(string text, string terms) =>
        Assert.Equal(terms, string.Join(' ', SearchText.Terms([text])));

    [Fact]
    public void Decomposed_text_is_the_same_as_composed() =>
        Assert.Equal(SearchText.Terms(["\u1112\u1161\u11AB\u1100\u1173\u11AF e\u0301 カ\u3099"]), SearchText.Terms(["한글 é ガ"]));

    [Fact, Trait("Requirement", "R016")]
    public void One_letter_asks_for_a_prefix_and_several_for_a_phrase()
    {
        var clauses = SearchText.Clauses("저녁노을 봄 sea");

        Assert.Equal(["저녁 녁노 노을", "봄", "sea"], clauses.Select(clause => string.Join(' ', clause.Terms)));
        Assert.Equal([false, true, false], clauses.Select(clause => clause.IsPrefix));
    }

    [Fact]
    public void A_text_of_one_word_without_end_stays_within_what_both_engines_keep()
    {
        var terms = SearchText.Terms([string.Concat(Enumerable.Repeat("ha ", 20_000)), new string('x', 5_000)]);

        Assert.True(terms.Count <= 8_000);
        Assert.Equal(255, terms.Count(term => term == "ha"));
        Assert.Equal(64, SearchText.Terms([new string('x', 5_000)])[0].Length);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_no_fault() => Assert.Equal(["a", "b"], SearchText.Terms(["a\uD800b"]));
}
