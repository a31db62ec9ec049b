using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Flickr.Tracing;

/// <summary>Puts traces into a program.</summary>
internal static class TracingServices
{
    /// <summary>
    /// Registers the program's source, in the server's place too, and the export; and lets log lines say which request
    /// they belong to (<c>TraceId</c>, <c>SpanId</c>), whether traces are sent or not.
    /// </summary>
    public static void AddTracing(this IServiceCollection services, string program)
    {
        var trace = new ProgramTrace(program);
        services.AddSingleton(_ => trace);
        services.AddSingleton(_ => trace.Source); // the one that the server takes for the spans of requests
        services.AddOptions<TracingOptions>().BindConfiguration(program + ":Tracing").ValidateOnStart();
        services.AddSingleton<IValidateOptions<TracingOptions>, TracingOptionsValidator>();
        services.AddHostedService<TraceExport>();
        services.AddLogging(logging => logging.Configure(factory =>
            factory.ActivityTrackingOptions = ActivityTrackingOptions.TraceId | ActivityTrackingOptions.SpanId));
        services.Configure<SimpleConsoleFormatterOptions>(console => console.IncludeScopes = true);
        services.Configure<JsonConsoleFormatterOptions>(console => console.IncludeScopes = true);
    }
}
