using System.Buffers.Text;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Flickr.Tokens.Jwt;
using Xunit;

namespace Flickr.Tokens.Tests.Jwt;

public sealed class EncryptedClientTests
{
    private const string Header = """{"enc":"A128GCM","alg":"dir","kid":"c1"}""";
    private static readonly byte[] Key = [.. Enumerable.Range(0, 16).Select(i => (byte)i)];
    private static readonly Dictionary<string, byte[]> Keys = new() { ["c1"] = Key };

    [Fact]
    public void A_range_comes_out_as_it_went_in()
    {
        var range = Open(Encrypt(Header, "[2001:db8::1/32]"));

        Assert.True(range!.Contains(IPAddress.Parse("2001:db8:ffff::9")));
        Assert.False(range.Contains(IPAddress.Parse("2001:db9::1")));
        Assert.False(range.Contains(null));
    }

    [Theory]
    [InlineData("""{"enc":"A128GCM","alg":"dir","kid":"c1","zip":"DEF"}""")]
    [InlineData("""{"enc":"A128GCM","alg":"PBES2-HS256+A128KW","kid":"c1","p2c":100000000,"p2s":"AAAA"}""")]
    [InlineData("""{"enc":"A128GCM","alg":"RSA1_5","kid":"c1"}""")]
    [InlineData("""{"enc":"A256GCM","alg":"dir","kid":"c1"}""")]
    [InlineData("""{"enc":"A128CBC-HS256","alg":"dir","kid":"c1"}""")]
    [InlineData("""{"enc":"A128GCM","alg":"dir","kid":"c2"}""")]
    [InlineData("""{"enc":"A128GCM","alg":"dir"}""")]
    [InlineData("""{"enc":1,"alg":"dir","kid":"c1"}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public void Attack_37_nothing_but_direct_encryption_is_opened(string header)
    {
        Assert.Null(Open(Encrypt(header, "192.0.2.0/24")));
    }

    [Fact]
    public void A_changed_text_does_not_open()
    {
        var good = Encrypt(Header, "192.0.2.0/24");
        Assert.NotNull(Open(good));
        for (var i = 0; i < good.Length; i++)
            Assert.Null(Open(good[..i] + (good[i] == 'A' ? 'B' : 'A') + good[(i + 1)..]));
        Assert.Null(Open(good + ".AA"));
        Assert.Null(Open("...."));
        Assert.Null(Open(new string('a', 600)));
    }

    [Theory]
    [InlineData("192.0.2.0/24", "192.0.2.255", true)]
    [InlineData("192.0.2.0/24", "192.0.3.0", false)]
    [InlineData("192.0.2.0/24", "::ffff:192.0.2.9", true)]
    [InlineData("192.0.2.9", "192.0.2.9", true)]
    [InlineData("192.0.2.9", "192.0.2.8", false)]
    [InlineData("192.0.2.128/25", "192.0.2.127", false)]
    [InlineData("0.0.0.0/0", "203.0.113.1", true)]
    [InlineData("0.0.0.0/0", "2001:db8::1", false)]
    [InlineData("2001:db8::/33", "2001:db8:8000::1", false)]
    public void A_range_holds_what_its_prefix_says(string range, string client, bool expected)
    {
        Assert.Equal(expected, ClientRange.TryParse(range)!.Contains(IPAddress.Parse(client)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("192.0.2.0/33")]
    [InlineData("192.0.2.0/-1")]
    [InlineData("192.0.2.0/")]
    [InlineData("192.0.2.0/24/24")]
    [InlineData("edge.example")]
    public void What_is_no_range_is_none(string text) => Assert.Null(ClientRange.TryParse(text));

    private static ClientRange? Open(string jwe) => EncryptedClient.Open(Encoding.ASCII.GetBytes(jwe), Keys);

    private static string Encrypt(string header, string text)
    {
        var head = Base64Url.EncodeToString(Encoding.UTF8.GetBytes(header));
        var (nonce, tag, hidden) = (new byte[12], new byte[16], new byte[text.Length]);
        using var aes = new AesGcm(Key, 16);
        aes.Encrypt(nonce, Encoding.ASCII.GetBytes(text), hidden, tag, Encoding.ASCII.GetBytes(head));
        return $"{head}..{Base64Url.EncodeToString(nonce)}.{Base64Url.EncodeToString(hidden)}"
            + $".{Base64Url.EncodeToString(tag)}";
    }
}
