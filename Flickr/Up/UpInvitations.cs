using System.Security.Cryptography.X509Certificates;
using Flickr.Client;

namespace Flickr.Up;

/// <summary>
/// Invites the nodes of <c>flickr up</c> as an operator would: a single-use token for each that has no certificate that
/// holds. What a node joined with is forgotten; its key and certificate lie in its own folder.
/// </summary>
internal sealed class UpInvitations(string controlPlane, string operatorKey)
{
    /// <summary>The node with a token in its settings, where it needs one.</summary>
    public async Task<UpNode> InviteAsync(UpNode node, CancellationToken cancellationToken)
    {
        if (node.Member is not { } member || Holds(node, member))
        {
            return node;
        }
        using var client = new ControlPlaneClient(new Api(new Uri(controlPlane), operatorKey));
        var invited = await client.InviteAsync(new InviteOrder(member.Role, member.NodeName, null, null), cancellationToken);
        return node with
        {
            Settings = new Dictionary<string, string?>(node.Settings) { [member.Section + ":Join:Token"] = invited.Token },
        };
    }

    private static bool Holds(UpNode node, UpMember member)
    {
        var path = Path.Combine(node.Settings[member.Section + ":DataDirectory"]!, "member", "node.crt");
        if (!File.Exists(path))
        {
            return false;
        }
        using var certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        return certificate.NotAfter.ToUniversalTime() > TimeProvider.System.GetUtcNow().UtcDateTime;
    }
}
