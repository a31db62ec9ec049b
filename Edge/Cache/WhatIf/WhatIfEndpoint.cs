using System.Text.Json;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Cache.WhatIf;

/// <summary><c>GET /whatif</c> on the admin listener: the simulator's report as JSON.</summary>
internal sealed class WhatIfEndpoint(WhatIfSimulator simulator)
{
    public async Task AnswerAsync(HttpContext context)
    {
        var report = simulator.Report();
        context.Response.ContentType = "application/json";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartObject();
        json.WriteNumber("sampleOneIn", report.SampleOneIn);
        json.WriteNumber("requests", report.Requests);
        json.WriteNumber("dropped", report.Dropped);
        json.WriteStartArray("rows");
        foreach (var row in report.Rows)
        {
            json.WriteStartObject();
            json.WriteString("policy", row.Policy);
            json.WriteNumber("bytesMax", row.BytesMax);
            json.WriteBoolean("isNow", row.IsNow);
            json.WriteNumber("hitRatio", Math.Round(row.HitRatio, 4));
            json.WriteNumber("byteHitRatio", Math.Round(row.ByteHitRatio, 4));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
    }
}

/// <summary>Registers the simulator.</summary>
internal static class WhatIfServices
{
    public static void AddWhatIf(this IServiceCollection services)
    {
        services.AddOptions<EdgeWhatIfOptions>().BindConfiguration("Edge:WhatIf").ValidateOnStart();
        services.AddSingleton<IValidateOptions<EdgeWhatIfOptions>, EdgeWhatIfOptionsValidator>();
        services.AddSingleton(provider => new WhatIfSimulator(
            provider.GetRequiredService<IOptions<EdgeWhatIfOptions>>().Value,
            provider.GetRequiredService<IOptions<Memory.EdgeMemoryOptions>>().Value,
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<WhatIfEndpoint>();
    }
}
