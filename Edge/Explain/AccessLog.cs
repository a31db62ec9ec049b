using System.Text.Json;
using System.Text.Json.Serialization;
using System.Threading.Channels;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Explain;

/// <summary>
/// Writes one JSON line a request to a file, in the background. A disk that is too slow costs lines, never
/// requests.
/// </summary>
internal sealed class AccessLog : BackgroundService
{
    private readonly Channel<RequestRecord>? _lines;
    private readonly string _path;
    private readonly ILogger<AccessLog> _log;
    private long _dropped;

    public AccessLog(IOptions<AccessLogOptions> options, ILogger<AccessLog> log)
    {
        (_path, _log) = (options.Value.Path, log);
        if (_path.Length > 0)
        {
            _lines = Channel.CreateBounded<RequestRecord>(
                new BoundedChannelOptions(options.Value.LinesWaitingMax)
            {
                SingleReader = true,
                FullMode = BoundedChannelFullMode.DropWrite,
            }, _ => Interlocked.Increment(ref _dropped));
        }
    }

    /// <summary>Whether lines are written.</summary>
    public bool IsOn => _lines is not null;

    /// <summary>Hands a line over; never waits.</summary>
    public void Write(RequestRecord record) => _lines?.Writer.TryWrite(record);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_lines is null)
        {
            return;
        }
        using var stop = stoppingToken.Register(() => _lines.Writer.TryComplete());
        try
        {
            await using var file = new FileStream(_path, FileMode.Append, FileAccess.Write, FileShare.Read,
                64 << 10, useAsync: true);
            while (await _lines.Reader.WaitToReadAsync(CancellationToken.None))
            {
                while (_lines.Reader.TryRead(out var record))
                {
                    await JsonSerializer.SerializeAsync(file, record, RequestJson.Default.RequestRecord,
                        CancellationToken.None);
                    file.WriteByte((byte)'\n');
                }
                await file.FlushAsync(CancellationToken.None);
                if (Interlocked.Exchange(ref _dropped, 0) is > 0 and var dropped)
                {
                    EdgeLog.AccessLogDropped(_log, dropped);
                }
            }
        }
        catch (IOException exception)
        {
            EdgeLog.AccessLogBroke(_log, exception);
        }
    }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RequestRecord))]
[JsonSerializable(typeof(List<RequestRecord>))]
[JsonSerializable(typeof(Dictionary<string, long>))]
internal sealed partial class RequestJson : JsonSerializerContext;
