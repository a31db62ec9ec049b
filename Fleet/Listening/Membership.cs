using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>
/// Ties a program to its membership: one call for services, one for the listener. Without <c>&lt;Program&gt;:Join</c>
/// settings both do nothing and the program shows shared keys, as before.
/// </summary>
internal static class Membership
{
    private static readonly object MemberMark = new();

    /// <summary>Registers identity and upkeep; the first hosted service, so that a node serves as a member.</summary>
    public static void AddMembership(this IServiceCollection services, IConfiguration configuration, string section,
        string role, string name)
    {
        services.AddOptions<JoinOptions>().BindConfiguration(section + ":Join").ValidateOnStart();
        services.AddSingleton<IValidateOptions<JoinOptions>, JoinOptionsValidator>();
        services.TryAddSingleton(TimeProvider.System);
        var folder = Path.Combine(
            DataFolder.Of(configuration[section + ":DataDirectory"] ?? "", section.ToLowerInvariant()), "member");
        services.AddSingleton(new MemberRole(role, name));
        services.AddSingleton(provider => NodeIdentity.Open(folder,
            provider.GetRequiredService<TimeProvider>(), configuration.IsMember(section)));
        services.AddSingleton<MemberWork>().AddHostedService(provider => provider.GetRequiredService<MemberWork>());
    }

    /// <summary>Whether the program is to be a member.</summary>
    public static bool IsMember(this IConfiguration configuration, string section) =>
        !string.IsNullOrEmpty(configuration[section + ":Join:ControlPlane"]);

    /// <summary>Opens the program's listener for members, where its settings name one.</summary>
    public static void ListenForMembers(this KestrelServerOptions kestrel, string? address, bool alsoStrangers = false)
    {
        if (string.IsNullOrEmpty(address))
        {
            return;
        }
        kestrel.Listen(EndPointOf(address), listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            listen.Use(next => connection =>
            {
                connection.Items[MemberMark] = true;
                return next(connection);
            });
            listen.UseHttps(new TlsHandshakeCallbackOptions
            {
                // For each handshake anew: the certificate is renewed while the listener stands.
                OnConnection = _ => ValueTask.FromResult(
                    kestrel.ApplicationServices.GetRequiredService<NodeIdentity>().Greet(alsoStrangers)),
            });
        });
    }

    /// <summary>Whether a request came in on the listener for members. Judged by the connection.</summary>
    public static bool IsOnMemberListener(HttpContext context) =>
        context.Features.Get<Microsoft.AspNetCore.Connections.Features.IConnectionItemsFeature>()?
            .Items.ContainsKey(MemberMark) == true;

    /// <summary>The member that makes a request; null on other listeners and for who is none any more.</summary>
    public static MemberFacts? MemberOf(this NodeIdentity identity, HttpContext context) =>
        IsOnMemberListener(context) ? identity.Judge(context.Connection.ClientCertificate) : null;

    /// <summary>
    /// Calls back when the member that made a request is one no more: for connections that outlive requests. Null on other
    /// listeners. Dispose to stop.
    /// </summary>
    public static IDisposable? OnRemoval(this NodeIdentity identity, HttpContext context, Action then)
    {
        if (!IsOnMemberListener(context))
        {
            return null;
        }
        var watch = new RemovalWatch(identity, () =>
        {
            if (identity.MemberOf(context) is null)
            {
                then();
            }
        });
        watch.Look(); // it may have been removed since it was let in
        return watch;
    }

    private sealed class RemovalWatch : IDisposable
    {
        private readonly NodeIdentity _identity;

        public RemovalWatch(NodeIdentity identity, Action look)
        {
            (_identity, Look) = (identity, look);
            identity.Removed.Changed += look;
        }

        public Action Look { get; }

        public void Dispose() => _identity.Removed.Changed -= Look;
    }

    private static IPEndPoint EndPointOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme == Uri.UriSchemeHttps
        && IPAddress.TryParse(uri.Host is "localhost" ? "127.0.0.1" : uri.DnsSafeHost, out var ip)
            ? new IPEndPoint(ip, uri.Port)
            : throw new FormatException($"'{address}' is not an address such as https://127.0.0.1:8443");
}
