using Flickr.Listening;

namespace Flickr.ControlPlane.Access;

/// <summary>
/// Lets a request through to its endpoint only with a key of a role that the endpoint names. No name, no
/// entry.
/// </summary>
internal static class RoleGate
{
    private const string Scheme = "Bearer ";

    /// <summary>Names the roles that may call an endpoint.</summary>
    public static TBuilder For<TBuilder>(this TBuilder endpoint, params Role[] roles)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AllowedRoles(roles));

    /// <summary>Names an endpoint that anyone may call, or that judges its callers itself.</summary>
    public static TBuilder ForAnyone<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder =>
        endpoint.WithMetadata(new AllowedRoles([]));

    /// <summary>Puts the gate between routing and endpoints.</summary>
    public static void UseRoleGate(this WebApplication app)
    {
        var keys = app.Services.GetRequiredService<RoleKeys>();
        var identity = app.Services.GetRequiredService<NodeIdentity>();
        var metrics = app.Services.GetRequiredService<ControlPlaneMetrics>();
        app.Use((context, next) =>
        {
            var endpoint = context.GetEndpoint();
            var allowed = endpoint?.Metadata.GetMetadata<AllowedRoles>();
            if (endpoint is null || allowed is { Roles.Length: 0 })
            {
                return next(context);
            }
            if (Membership.IsOnMemberListener(context))
            {
                return MemberAsync(context, identity.MemberOf(context), allowed, metrics, next);
            }
            var header = context.Request.Headers.Authorization.ToString();
            var role = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? keys.RoleOf(header[Scheme.Length..].Trim())
                : Role.None;
            if (role == Role.None)
            {
                metrics.Refused("key");
                context.Response.Headers.WWWAuthenticate = "Bearer";
                return Problems.WriteAsync(context, 401, header.Length == 0 ? "key-missing" : "key-refused",
                    "Call with Authorization: Bearer and a key of this control plane.");
            }
            if (allowed is null || !allowed.Roles.Contains(role))
            {
                metrics.Refused("role");
                return Problems.WriteAsync(context, 403, "role-refused", "The key's role may not call this.");
            }
            context.Items[typeof(Role)] = role;
            return next(context);
        });
    }

    /// <summary>The role that the gate found.</summary>
    public static Role RoleOf(this HttpContext context) =>
        context.Items.TryGetValue(typeof(Role), out var role) && role is Role found ? found : Role.None;

    /// <summary>The member that the gate found; null for holders of a shared key.</summary>
    public static MemberFacts? MemberOf(this HttpContext context) =>
        context.Items.TryGetValue(typeof(MemberFacts), out var member) ? member as MemberFacts : null;

    /// <summary>The caller's name in the audit log.</summary>
    public static string ActorOf(this HttpContext context) => context.MemberOf() is { } member
        ? $"{member.Role}:{member.Name}"
        : context.RoleOf().ToString().ToLowerInvariant();

    /// <summary>On the listener for members a certificate counts, and no key.</summary>
    private static Task MemberAsync(HttpContext context, MemberFacts? member, AllowedRoles? allowed,
        ControlPlaneMetrics metrics, RequestDelegate next)
    {
        if (member is null)
        {
            metrics.Refused("certificate");
            return Problems.WriteAsync(context, 401, "certificate-refused",
                "Only members call here, by the certificate that they got when they joined.");
        }
        var role = member.Role switch { "edge" => Role.Edge, "photos" => Role.Service, _ => Role.Node };
        if (allowed is null || !allowed.Roles.Contains(role))
        {
            metrics.Refused("role");
            return Problems.WriteAsync(context, 403, "role-refused", "The member's role may not call this.");
        }
        context.Items[typeof(Role)] = role;
        context.Items[typeof(MemberFacts)] = member;
        return next(context);
    }

    private sealed record AllowedRoles(Role[] Roles);
}
