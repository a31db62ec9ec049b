using System.Text.Json.Serialization;

namespace Flickr.Origin.Http;

/// <summary>The one place where an outcome becomes an error over HTTP (RFC 9457).</summary>
internal static class Problem
{
    public static Task WriteAsync(HttpContext context, int status, string name, string title, string? detail = null,
        string? contentRange = null)
    {
        var response = context.Response;
        if (response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }
        response.Clear();
        response.StatusCode = status;
        if (contentRange is not null)
        {
            response.Headers.ContentRange = contentRange;
        }
        if (status is 429 or 503)
        {
            response.Headers.RetryAfter = "1";
        }
        return response.WriteAsJsonAsync(
            new ProblemBody($"urn:flickr:problem:{name}", title, status, detail),
            ProblemJson.Default.ProblemBody, "application/problem+json", context.RequestAborted);
    }
}

/// <summary>The body of an error.</summary>
internal sealed record ProblemBody(string Type, string Title, int Status, string? Detail);

[JsonSerializable(typeof(ProblemBody))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class ProblemJson : JsonSerializerContext;
