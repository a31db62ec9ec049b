using Flickr.Listening;
using Prometheus;

namespace Flickr.Edge;

/// <summary>Builds and runs the program. The <c>flickr</c> command calls <see cref="Build"/>, the executable <see cref="RunAsync"/>.</summary>
public static class EdgeProgram
{
    /// <summary>Builds the program without starting it.</summary>
    /// <param name="args">Command line settings, e.g. <c>--Edge:Listen=http://127.0.0.1:9000</c>.</param>
    /// <param name="settings">Settings that win over files, environment and <paramref name="args"/>; null for none.</param>
    /// <param name="services">Last word on the services, e.g. another lifetime; null for none.</param>
    public static WebApplication Build(string[] args, IConfiguration? settings = null, Action<IServiceCollection>? services = null)
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
        builder.WebHost.ConfigureKestrel((context, kestrel) => kestrel.Listen(
            context.Configuration["Edge:Listen"] ?? "http://127.0.0.1:0",
            context.Configuration["Edge:AdminListen"] ?? "http://127.0.0.1:0"));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseAdminListener(Metrics.NewCustomRegistry(), () => true);
        return app;
    }

    /// <summary>Runs until the process is told to stop. Returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        var app = Build(args);
        await app.RunAsync();
        return 0;
    }
}
