using BenchmarkDotNet.Attributes;
using Flickr.Tokens;
using Flickr.Tokens.Paths;

namespace Flickr.Micro;

/// <summary>What a token costs an edge: known, new in each form, and forged.</summary>
[MemoryDiagnoser]
[MinColumn]
public class TokenBench
{
    private const string Host = "edge.example:8081";

    private readonly TokenVerifier _verifier = new(new TokenVerifierOptions(), TimeProvider.System);
    private readonly MintKey _hs = MintKey.NewHs256("hs-1", "photos");
    private readonly MintKey _es = MintKey.NewEs256("es-1", "photos");
    private readonly CanonicalPath _path = CanonicalPath.Parse("/alice/nature/thumbnail/swans_thumbnail.jpg");
    private KeyRing _keys = KeyRing.Empty;
    private TokenRequest _request;
    private string _fs1 = "", _hsJwt = "", _esJwt = "", _forgedFs1 = "", _forgedEsJwt = "";

    /// <summary>Mints one token of each kind for an album.</summary>
    [GlobalSetup]
    public void Mint()
    {
        _keys = KeyRing.Of([_hs.ToVerifyKey(KeyState.Active), _es.ToVerifyKey(KeyState.Active)], 1);
        _request = new TokenRequest(Host, _path, IsGetOrHead: true, PhotoClasses.Thumb);
        var grant = Grant.ForOwner("01HALICE", 7).ForHost(Host).Depth(2, _path).ForViewer("v1")
            .ExpiresIn(TimeSpan.FromHours(1));
        var hsMinter = new TokenMinter(_hs, TimeProvider.System);
        _fs1 = hsMinter.MintFs1(grant);
        _hsJwt = hsMinter.MintJwt(grant);
        _esJwt = new TokenMinter(_es, TimeProvider.System).MintJwt(grant);
        _forgedFs1 = Forge(_fs1);
        _forgedEsJwt = Forge(_esJwt);
        foreach (var (token, form) in new[] { (_fs1, TokenForm.Fs1), (_esJwt, TokenForm.Jwt) })
            if (_verifier.Verify(token, form, _request, _keys, out _) != TokenVerdict.Valid)
                throw new InvalidOperationException("The bench would measure a refusal.");
    }

    [Benchmark(Baseline = true)]
    public TokenVerdict RememberedFs1() => _verifier.Verify(_fs1, TokenForm.Fs1, _request, _keys, out _);

    [Benchmark]
    public TokenVerdict RememberedEs256() => _verifier.Verify(_esJwt, TokenForm.Jwt, _request, _keys, out _);

    [Benchmark]
    public TokenVerdict NewFs1() => _verifier.Verify(_fs1, TokenForm.Fs1, _request, _keys);

    [Benchmark]
    public TokenVerdict NewHs256() => _verifier.Verify(_hsJwt, TokenForm.Jwt, _request, _keys);

    [Benchmark]
    public TokenVerdict NewEs256() => _verifier.Verify(_esJwt, TokenForm.Jwt, _request, _keys);

    [Benchmark]
    public TokenVerdict ForgedFs1() => _verifier.Verify(_forgedFs1, TokenForm.Fs1, _request, _keys, out _);

    [Benchmark]
    public TokenVerdict ForgedEs256() =>
        _verifier.Verify(_forgedEsJwt, TokenForm.Jwt, _request, _keys, out _);

    [Benchmark]
    public bool ParseTarget() =>
        CanonicalTarget.TryParse("/alice/nature/thumbnail/swans_thumbnail.jpg?v=0123456789ab&fs=1.k1", out _,
            out _);

    private static string Forge(string token) => token[..^4] + (token[^4] == 'A' ? 'B' : 'A') + token[^3..];
}
