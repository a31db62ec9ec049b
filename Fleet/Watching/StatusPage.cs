using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using Flickr.Listening;

namespace Flickr.Watching;

/// <summary>
/// The page <c>/status</c> of an admin listener: alerts and live charts, drawn by a module of our own. <c>/status.json</c> and
/// <c>/alerts</c> say the same to programs.
/// </summary>
internal sealed class StatusPage(Watch watch, ListenerName name, TimeProvider time)
{
    private readonly long _startedAt = time.GetTimestamp();
    private readonly byte[] _html = Read("status.html");
    private readonly byte[] _script = Read("status.js");

    /// <summary>Answers a request of the admin listener; false when it is not for this page.</summary>
    public async Task<bool> TryAnswerAsync(HttpContext context, bool isReady)
    {
        var response = context.Response;
        switch (context.Request.Path.Value)
        {
            case "/status":
                response.Headers.ContentSecurityPolicy =
                    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'unsafe-inline'";
                await WriteAsync(response, "text/html; charset=utf-8", _html);
                return true;
            case "/status.js":
                await WriteAsync(response, "text/javascript; charset=utf-8", _script);
                return true;
            case "/status.json":
                await WriteAsync(response, "application/json", Encoding.UTF8.GetBytes(Document(isReady)));
                return true;
            case "/alerts":
                await WriteAsync(response, "application/json",
                    JsonSerializer.SerializeToUtf8Bytes(watch.Alerts(), JsonSerializerOptions.Web));
                return true;
            default:
                return false;
        }
    }

    private string Document(bool isReady) => JsonSerializer.Serialize(new
    {
        program = name.Section,
        version = typeof(StatusPage).Assembly.GetName().Version?.ToString(3),
        machine = Environment.MachineName,
        isReady,
        upSeconds = (long)time.GetElapsedTime(_startedAt).TotalSeconds,
        alerts = watch.Alerts(),
        charts = watch.Charts().Select(chart => new
        {
            title = chart.Chart.Title,
            unit = chart.Chart.Unit,
            points = chart.Points.Select(point => (double[])[point.At, point.Value]),
        }),
    }, JsonSerializerOptions.Web);

    private static async Task WriteAsync(HttpResponse response, string type, byte[] body)
    {
        response.ContentType = type;
        response.ContentLength = body.Length;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        await response.Body.WriteAsync(body);
    }

    private static byte[] Read(string file)
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(file)
            ?? throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{file} was not built in"));
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
