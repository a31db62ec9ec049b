using System.Buffers.Text;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.RegularExpressions;
using Flickr.ControlPlane.Audit;
using Flickr.ControlPlane.Keys;
using Flickr.ControlPlane.Log;
using Flickr.Listening;
using Flickr.Sql;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Members;

/// <summary>
/// How nodes become members and stop being it: invited with a single-use token, joined with their own key, renewed by the
/// certificate that still holds, removed by a line of the numbered log.
/// </summary>
internal sealed partial class MemberLife(Database database, Authority authority, InvalidationLog log, AuditLog audit,
    KeyLife keys, NodeIdentity identity, LogSignals signals, IOptions<MemberOptions> options, TimeProvider time)
{
    private const string IdAlphabet = "abcdefghjkmnpqrstvwxyz0123456789";
    private const int RequestBytesMax = 4096;

    /// <summary>A token for one node. Null when the name belongs to a member already.</summary>
    public async Task<Invited?> InviteAsync(InviteRequest request, string actor, CancellationToken cancellationToken)
    {
        var secret = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = time.GetUtcNow().ToUnixTimeMilliseconds();
        var life = request.Seconds is { } seconds ? TimeSpan.FromSeconds(seconds) : options.Value.InvitationLife;
        var row = new InvitationRow
        {
            Id = NewId(),
            SecretHash = HashOf(secret),
            Role = request.Role!,
            Name = request.Name ?? "",
            Zone = request.Zone ?? "",
            ExpiresMs = now + (long)life.TotalMilliseconds,
        };
        var isFree = await database.WriteAsync(async session =>
        {
            if (row.Name.Length > 0 && await MemberTable.IsTakenAsync(session, row.Name, now))
            {
                return false;
            }
            await MemberTable.InsertAsync(session, row, now);
            await audit.AppendAsync(session, actor, "invite",
                $"invitation={row.Id} role={row.Role} name={row.Name} zone={row.Zone} expiresMs={row.ExpiresMs}");
            return true;
        }, cancellationToken);
        return isFree
            ? new Invited(new JoinToken(authority.Fingerprint, row.Id, secret).Write(), row.Id, row.ExpiresMs)
            : null;
    }

    /// <summary>Takes a node in. Every refusal but the name's says the same: who guesses learns nothing.</summary>
    public async Task<(Refusal? Refusal, MemberCalls.Issued? Issued)> JoinAsync(MemberCalls.JoinOrder order,
        CancellationToken cancellationToken)
    {
        if (!MemberName().IsMatch(order.Name) || ReadKey(order.Request) is not { } key)
        {
            return (new Refusal(400, "join-invalid", "name is 1 to 64 of A-Z a-z 0-9 . _ -; request is a PKCS #10 request for P-256."), null);
        }
        var now = time.GetUtcNow();
        return await database.WriteAsync(async session =>
        {
            var invitation = await MemberTable.FindInvitationAsync(session, order.Id);
            if (!Opens(invitation, order, now.ToUnixTimeMilliseconds()))
            {
                return (Refused, null);
            }
            if (await MemberTable.IsTakenAsync(session, order.Name, now.ToUnixTimeMilliseconds()))
            {
                return (new Refusal(409, "member-name-taken", "A member has this name: remove it first."), null);
            }
            if (!await MemberTable.UseAsync(session, order.Id, now.ToUnixTimeMilliseconds()))
            {
                return (Refused, (MemberCalls.Issued?)null);
            }
            var facts = new MemberFacts(NewId(), invitation!.Role, order.Name);
            using var certificate = authority.Issue(facts, key);
            var row = new MemberRow
            {
                Id = facts.Id,
                Role = facts.Role,
                Name = facts.Name,
                Zone = invitation.Zone,
                PublicKey = HashOf(key),
                JoinedMs = now.ToUnixTimeMilliseconds(),
                RenewedMs = now.ToUnixTimeMilliseconds(),
                NotAfterMs = EndOf(certificate),
            };
            await MemberTable.InsertAsync(session, row);
            await audit.AppendAsync(session, $"{row.Role}:{row.Name}", "join",
                $"member={row.Id} invitation={order.Id} zone={row.Zone}");
            return ((Refusal?)null, Answer(certificate, facts));
        }, cancellationToken);
    }

    /// <summary>Another certificate for the same key of a member. Null when it is refused.</summary>
    public async Task<MemberCalls.Issued?> RenewAsync(MemberFacts member, MemberCalls.RenewOrder order,
        CancellationToken cancellationToken)
    {
        if (ReadKey(order.Request) is not { } key)
        {
            return null;
        }
        using var certificate = authority.Issue(member, key);
        var isDone = await database.WriteAsync(async session =>
        {
            var row = await MemberTable.FindAsync(session, member.Id);
            if (row is null || row.PublicKey != HashOf(key) || !await MemberTable.RenewAsync(session, row with
            {
                RenewedMs = time.GetUtcNow().ToUnixTimeMilliseconds(),
                NotAfterMs = EndOf(certificate),
            }))
            {
                return false;
            }
            await audit.AppendAsync(session, $"{row.Role}:{row.Name}", "renew", $"member={row.Id}");
            return true;
        }, cancellationToken);
        return isDone ? Answer(certificate, member) : null;
    }

    /// <summary>
    /// Removes a member: one line of the log, which every other member hears, and the keys that it knew are replaced.
    /// Null when there is no such member.
    /// </summary>
    /// <param name="idOrName">The id, or the name of who is a member now.</param>
    /// <param name="isStolen">Whether keys that it knew verify nothing from now on, instead of retiring.</param>
    /// <param name="actor">Who does it.</param>
    /// <param name="cancellationToken">Ends the wait for the database.</param>
    public async Task<LogEntry?> RemoveAsync(string idOrName, bool isStolen, string actor,
        CancellationToken cancellationToken)
    {
        MemberRow? member = null;
        LogEntry? entry = null;
        await keys.ReplaceAsync(async session =>
        {
            var now = time.GetUtcNow().ToUnixTimeMilliseconds();
            member = (await MemberTable.AllAsync(session)).FirstOrDefault(row =>
                row.RemovedMs == 0 && (row.Id == idOrName || row.Name == idOrName));
            if (member is null || !await MemberTable.RemoveAsync(session, member.Id, now))
            {
                return KnownKeys.None;
            }
            entry = await log.AppendAsync(session, new InvalidationRequest("member", member.Id), actor);
            await session.ExecuteAsync("UPDATE edge SET removed_ms = @now WHERE id = @Name", new { now, member.Name });
            await audit.AppendAsync(session, actor, "remove-member",
                $"member={member.Id} role={member.Role} name={member.Name} stolen={isStolen}");
            return KnownKeys.Of(member.Role, isStolen);
        }, actor, cancellationToken);
        if (entry is not null)
        {
            identity.Removed.Add(entry.Sequence, [entry.Value]); // here at once; elsewhere with the log
            signals.Signal();
        }
        return entry;
    }

    private static Refusal Refused => new(401, "join-refused", "The join token is unknown, used, or past its end.");

    private static bool Opens(InvitationRow? invitation, MemberCalls.JoinOrder order, long now) =>
        CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(HashOf(order.Secret)), Encoding.ASCII.GetBytes(invitation?.SecretHash ?? HashOf("")))
        && invitation is { UsedMs: 0 } && invitation.ExpiresMs > now && invitation.Role == order.Role
        && (invitation.Name.Length == 0 || invitation.Name == order.Name);

    private static MemberCalls.Issued Answer(X509Certificate2 certificate, MemberFacts facts) =>
        new(certificate.ExportCertificatePem(), facts.Id, facts.Name, EndOf(certificate));

    private static long EndOf(X509Certificate2 certificate) =>
        new DateTimeOffset(certificate.NotAfter.ToUniversalTime()).ToUnixTimeMilliseconds();

    /// <summary>The key of a request, whose signature shows that the sender holds it; null for anything else.</summary>
    private static PublicKey? ReadKey(string request)
    {
        if (request.Length > RequestBytesMax)
        {
            return null;
        }
        try
        {
            var read = CertificateRequest.LoadSigningRequest(Convert.FromBase64String(request), HashAlgorithmName.SHA256);
            using var key = read.PublicKey.GetECDsaPublicKey();
            return key is { KeySize: 256 } ? read.PublicKey : null;
        }
        catch (Exception fault) when (fault is FormatException or CryptographicException or ArgumentException)
        {
            return null;
        }
    }

    private static string NewId() => RandomNumberGenerator.GetString(IdAlphabet, 16);

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));

    private static string HashOf(PublicKey key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    /// <summary>A node's name.</summary>
    [GeneratedRegex("^[A-Za-z0-9._-]{1,64}$")]
    public static partial Regex MemberName();
}

/// <summary>Why a node is not taken in.</summary>
internal sealed record Refusal(int Status, string Name, string Detail);

/// <summary>Body of an invitation.</summary>
internal sealed record InviteRequest(string? Role, string? Name = null, string? Zone = null, long? Seconds = null);

/// <summary>Answer to an invitation: the token is shown once.</summary>
internal sealed record Invited(string Token, string Id, long ExpiresMs);
