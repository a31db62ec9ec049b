using System.IO.Pipelines;
using Flickr.Edge.Lane;
using Flickr.Edge.Lane.Loop;
using Flickr.Edge.Respond;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Gate;

/// <summary>
/// The strict gate in front of the server: every HTTP/1 request head is judged as bytes before Kestrel parses
/// it. A singleton; thread-safe.
/// </summary>
internal sealed class RequestGate(IOptions<GateOptions> options)
{
    private readonly long[] _refusals = new long[Enum.GetValues<GateRefusal>().Length];

    /// <summary>Called with every refusal, e.g. by the metrics. Set before the listener opens.</summary>
    public Action<GateRefusal>? OnRefusal { get; set; }

    /// <summary>Requests refused for this reason since the start.</summary>
    public long Refusals(GateRefusal reason) => Interlocked.Read(ref _refusals[(int)reason]);

    /// <summary>Counts a refusal that another part of the gate found.</summary>
    internal void Count(GateRefusal reason)
    {
        Interlocked.Increment(ref _refusals[(int)reason]);
        OnRefusal?.Invoke(reason);
    }

    /// <summary>
    /// Puts the gate before everything else on a connection. HTTP/2 over TLS is left to
    /// <see cref="Http2Gate"/>.
    /// </summary>
    /// <param name="next">The server.</param>
    /// <param name="services">Where the hit lane is, when there is one.</param>
    internal ConnectionDelegate Guard(ConnectionDelegate next, IServiceProvider services) => connection =>
    {
        if (connection.Features.Get<ITlsApplicationProtocolFeature>() is { } tls
            && tls.ApplicationProtocol.Span.SequenceEqual("h2"u8))
        {
            return next(connection);
        }
        var transport = connection.Transport;
        if (connection.Features.Get<LoopConnection>() is { } loop)
        {
            // Its lane stands before the server already; it only needs to know when the server waits.
            connection.Transport = new GatedTransport(
                new GatedPipeReader(transport.Input, options.Value, Count, null, loop.Park), transport.Output);
            connection.Features.Set(new InterimOutput(transport.Output));
            return next(connection);
        }
        var lane = services.GetService<HitLane>()?.TryJoin(connection);
        connection.Transport = new GatedTransport(
            new GatedPipeReader(transport.Input, options.Value, Count, lane),
            lane?.Output ?? transport.Output);
        // For what Kestrel cannot say itself (102, 103); TLS to HTTP/2 has left this way above.
        connection.Features.Set(new InterimOutput(connection.Transport.Output));
        return lane is null ? next(connection) : ServeAsync(next, connection, lane);
    };

    private static async Task ServeAsync(ConnectionDelegate next, ConnectionContext connection,
        LaneConnection lane)
    {
        try
        {
            await next(connection);
        }
        finally
        {
            await lane.EndAsync();
        }
    }

    private sealed class GatedTransport(PipeReader input, PipeWriter output) : IDuplexPipe
    {
        public PipeReader Input => input;
        public PipeWriter Output => output;
    }
}

/// <summary>Puts the gate into a program.</summary>
internal static class RequestGateRegistration
{
    /// <summary>Registers the gate and its options.</summary>
    public static IServiceCollection AddRequestGate(this IServiceCollection services)
    {
        services.AddOptions<GateOptions>().BindConfiguration("Edge:Gate").ValidateOnStart();
        services.AddSingleton<IValidateOptions<GateOptions>, GateOptionsValidator>();
        services.AddSingleton<RequestGate>();
        return services;
    }

    /// <summary>
    /// Guards a listener. Call after <c>UseHttps</c>, so that the gate sees plain bytes. A listener of HTTP/2
    /// alone needs none.
    /// </summary>
    public static void UseRequestGate(this ListenOptions listen)
    {
        var gate = listen.ApplicationServices.GetRequiredService<RequestGate>();
        listen.Use(next =>
        {
            var guarded = gate.Guard(next, listen.ApplicationServices);
            return connection =>
                listen.Protocols == HttpProtocols.Http2 ? next(connection) : guarded(connection);
        });
    }
}
