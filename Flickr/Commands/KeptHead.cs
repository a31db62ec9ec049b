using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Flickr.Client;
using Flickr.ControlPlane.Audit;

namespace Flickr.Commands;

/// <summary>
/// What <c>flickr audit verify</c> remembers of a control plane, in <c>audit-head-SERVER.json</c> beside the credentials: whose
/// signature it saw first, and where the log stood.
/// </summary>
/// <param name="Authority">SHA-256 of the authority's public key, hex.</param>
/// <param name="Sequence">The last line.</param>
/// <param name="Hash">Its hash.</param>
internal sealed record KeptHead(string Authority, long Sequence, string Hash)
{
    /// <summary>What is remembered of the account's server; null when nothing is.</summary>
    public static KeptHead? Read(Terminal terminal, Account account)
    {
        var path = PathOf(terminal, account);
        return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), ClientJson.Default.KeptHead) : null;
    }

    /// <summary>From a head that was found good.</summary>
    public static KeptHead Of(AuditHead head, string authorityPem) => new(FingerprintOf(authorityPem), head.Sequence, head.Hash);

    /// <summary>Why a head is not to be believed whatever the log says; null when it is.</summary>
    public static string? RefusalOf(AuditHead head, string authorityPem, KeptHead? kept)
    {
        using var authority = X509Certificate2.CreateFromPem(authorityPem);
        using var key = authority.GetECDsaPublicKey();
        return key is null || !head.IsSignedBy(key) ? "the head is not signed by the authority"
            : kept is not null && kept.Authority != FingerprintOf(authorityPem)
                ? $"another authority signs than before ({kept.Authority[..16]}…)"
            : null;
    }

    /// <summary>Remembers it.</summary>
    public void Write(Terminal terminal, Account account)
    {
        var path = PathOf(terminal, account);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".new", JsonSerializer.Serialize(this, ClientJson.Default.KeptHead));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static string FingerprintOf(string authorityPem)
    {
        using var authority = X509Certificate2.CreateFromPem(authorityPem);
        return Convert.ToHexStringLower(SHA256.HashData(authority.PublicKey.ExportSubjectPublicKeyInfo()));
    }

    /// <summary>One file for each server: its address is the name.</summary>
    private static string PathOf(Terminal terminal, Account account)
    {
        var folder = Path.GetDirectoryName(Credentials.PathUnder(terminal.Variable("XDG_CONFIG_HOME")))!;
        var server = (account.ControlPlaneAddress ?? account.Server.Authority).Where(char.IsLetterOrDigit);
        return Path.Combine(folder, $"audit-head-{string.Concat(server)}.json");
    }
}
