using Microsoft.Extensions.Options;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Flickr.Tracing;

/// <summary>Sends the program's spans to the collector, when one is set, from its start to its end.</summary>
internal sealed class TraceExport(IOptions<TracingOptions> options, ProgramTrace trace) : IHostedService, IDisposable
{
    private TracerProvider? _provider;

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Endpoint.Length > 0)
        {
            var instance = options.Value.Instance.Length > 0 ? options.Value.Instance : Environment.MachineName;
            _provider = Sdk.CreateTracerProviderBuilder()
                .AddSource(trace.Source.Name)
                .SetSampler(new TraceIdRatioBasedSampler(options.Value.Share))
                .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService(
                    "flickr-" + trace.Program.ToLowerInvariant(), autoGenerateServiceInstanceId: false,
                    serviceInstanceId: instance))
                .AddProcessor(new SpanScrubber())
                .AddOtlpExporter(otlp =>
                {
                    otlp.Endpoint = new Uri(options.Value.Endpoint);
                    otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
                })
                .Build();
        }
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken)
    {
        _provider?.ForceFlush(timeoutMilliseconds: 2000);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public void Dispose() => _provider?.Dispose();
}
