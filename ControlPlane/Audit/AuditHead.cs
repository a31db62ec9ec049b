using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Flickr.ControlPlane.Audit;

/// <summary>
/// Where the audit log stood at a time, signed by the installation's authority: who keeps one can tell later whether the
/// log still goes on from there.
/// </summary>
/// <param name="Sequence">The last line.</param>
/// <param name="Hash">Its hash, and by that every line before it.</param>
/// <param name="AtMs">When it was signed.</param>
/// <param name="Signature">base64url, ECDSA P-256 with SHA-256 (IEEE P1363) over <see cref="Text"/>.</param>
public sealed record AuditHead(long Sequence, string Hash, long AtMs, string Signature)
{
    /// <summary>For the rows of the table.</summary>
    public AuditHead()
        : this(0, "", 0, "")
    {
    }

    /// <summary>What is signed.</summary>
    public static string Text(long sequence, string hash, long atMs) => $"flickr-audit-head-1|{sequence}|{hash}|{atMs}";

    /// <summary>Whether the authority with this public key signed it.</summary>
    public bool IsSignedBy(ECDsa authority)
    {
        ArgumentNullException.ThrowIfNull(authority);
        return Base64Url.IsValid(Signature, out var length) && length == 64 && authority.VerifyData(
            Encoding.UTF8.GetBytes(Text(Sequence, Hash, AtMs)), Base64Url.DecodeFromChars(Signature),
            HashAlgorithmName.SHA256);
    }
}
