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
        var metrics = app.Services.GetRequiredService<ControlPlaneMetrics>();
        app.Use((context, next) =>
        {
            var endpoint = context.GetEndpoint();
            var allowed = endpoint?.Metadata.GetMetadata<AllowedRoles>();
            if (endpoint is null || allowed is { Roles.Length: 0 })
            {
                return next(context);
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

    /// <summary>The caller's name in the audit log.</summary>
    public static string ActorOf(this HttpContext context) => context.RoleOf().ToString().ToLowerInvariant();

    private sealed record AllowedRoles(Role[] Roles);
}
