using System.Text;
using Flickr.Discovery;
using Flickr.Edge.Gate;
using Flickr.Edge.Lane;
using Flickr.Edge.Peers;
using Flickr.Listening;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Flickr.Edge;

/// <summary>
/// Builds and runs the program. The <c>flickr</c> command calls <see cref="Build"/>, the executable <see
/// cref="RunAsync"/>.
/// </summary>
public static class EdgeProgram
{
    /// <summary>Builds the program without starting it.</summary>
    /// <param name="args">Command line settings, e.g. <c>--Edge:Listen=http://127.0.0.1:9000</c>.</param>
    /// <param name="settings">Settings that win over files, environment and <paramref name="args"/>; null for
    /// none.</param>
    /// <param name="services">Last word on the services, e.g. another lifetime; null for none.</param>
    public static WebApplication Build(string[] args, IConfiguration? settings = null,
        Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(EdgeProgram).Assembly.GetName().Name,
        });
        if (settings is not null)
        {
            builder.Configuration.AddConfiguration(settings);
        }
        builder.AddDiscovery("edge");
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("Yarp", LogLevel.Warning);
        builder.Services.AddEdge(builder.Configuration);
        // What is read goes on where it was read, and what is written is sent where it was written: two changes of
        // thread less for each. Nothing of the edge's blocks.
        builder.Services.Configure<SocketTransportOptions>(sockets =>
        {
            sockets.UnsafePreferInlineScheduling = true;
            // What a client has not taken yet lies here, for each of them: a thousand slow ones must be bearable.
            // A larger piece passes all the same, in one go when the socket takes it.
            sockets.MaxWriteBufferSize = 16 << 10;
        });
        builder.WebHost.ConfigureKestrel((context, kestrel) =>
        {
            var options = context.Configuration.GetSection("Edge").Get<EdgeOptions>() ?? new EdgeOptions();
            // Header bytes are Latin-1 on both sides: what an origin sends in a value passes instead of
            // becoming a 502.
            kestrel.RequestHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.ResponseHeaderEncodingSelector = _ => Encoding.Latin1;
            kestrel.Listen(options.Listen, options.AdminListen, listen =>
            {
                listen.UseRequestGate();
                listen.UseHitLoops(isClear: options.Listen.StartsWith("http:", StringComparison.OrdinalIgnoreCase));
            });
            kestrel.ListenToPeers(context.Configuration["Edge:Peers:Listen"]);
        });
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseEdge();
        return app;
    }

    /// <summary>
    /// Runs until the process is told to stop. Returns the exit code: 2 for settings or an address that
    /// cannot be used.
    /// </summary>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var app = Build(args);
            await app.RunAsync();
            return 0;
        }
        catch (Exception exception) when (
            exception is Microsoft.Extensions.Options.OptionsValidationException or IOException
            or FormatException or UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"edge: {exception.Message}");
            return 2;
        }
    }
}
