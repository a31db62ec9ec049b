using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json;
using Flickr.Commands;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Flickr.Tests.Client;

/// <summary>
/// A real HTTP server that speaks the lines of the wire which the command uses, and misbehaves on request. It
/// stands in for another machine's Photos, Edge and ControlPlane, not for our own code.
/// </summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Requests so far: method, path with query, and the headers that matter.</summary>
    public ConcurrentQueue<(string Line, string? Authorization, string? Range)> Requests { get; } = new();

    public static async Task<FakeServer> StartAsync(Action<WebApplication, FakeServer> map)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new FakeServer(app);
        app.Use((context, next) =>
        {
            var request = context.Request;
            server.Requests.Enqueue(($"{request.Method} {request.Path}{request.QueryString}",
                request.Headers.Authorization, request.Headers.Range));
            return next(context);
        });
        map(app, server);
        await app.StartAsync();
        server.Address = new Uri(app.Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return server;
    }

    /// <summary>Runs a command line against this server in a fresh configuration folder.</summary>
    public async Task<(int ExitCode, string Out, string Error)> RunAsync(TemporaryFolder folder,
        params string[] arguments) =>
        await Run.CommandAsync(folder, new Dictionary<string, string>
        {
            ["FLICKR_SERVER"] = Address.ToString(),
            ["FLICKR_KEY"] = "key-of-alice",
        }, arguments);

    public static Task ProblemAsync(HttpContext context, int status, string name, string detail,
        int? retryAfter = null)
    {
        context.Response.StatusCode = status;
        if (retryAfter is not null)
        {
            context.Response.Headers.RetryAfter =
                retryAfter.Value.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync(
            JsonSerializer.Serialize(new { type = "urn:flickr:problem:" + name, title = name, status,
            detail }));
    }

    public static async Task<string> DigestOfBodyAsync(HttpContext context) =>
        Convert.ToHexStringLower(await SHA256.HashDataAsync(context.Request.Body));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}

/// <summary>Runs the command in this process with its own streams.</summary>
internal static class Run
{
    public static async Task<(int ExitCode, string Out, string Error)> CommandAsync(
        TemporaryFolder folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var all = new Dictionary<string, string>(environment) { ["XDG_CONFIG_HOME"] = folder.At("config") };
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await CommandLine.RunAsync(arguments, Terminal.Over(TextReader.Null, output, error, all));
        return (code, output.ToString(), error.ToString());
    }

    public static async Task<(int ExitCode, string Out, string Error)> CommandAsync(
        TemporaryFolder folder, string input, IReadOnlyDictionary<string, string> environment,
            params string[] arguments)
    {
        var all = new Dictionary<string, string>(environment) { ["XDG_CONFIG_HOME"] = folder.At("config") };
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code =
            await CommandLine.RunAsync(arguments, Terminal.Over(new StringReader(input), output, error, all));
        return (code, output.ToString(), error.ToString());
    }
}
