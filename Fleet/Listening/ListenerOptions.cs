using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Listening;

/// <summary>What the public listener bears; section <c>X:Listener</c>.</summary>
internal sealed class ListenerOptions
{
    /// <summary>
    /// Open connections. The descriptors of the process bound it too: a third of those above 512. 16 to 1,000,000.
    /// Default 10,000.
    /// </summary>
    [Range(16, 1_000_000)]
    public int ConnectionsMax { get; set; } = 10_000;

    /// <summary>
    /// Share of the connections that one client may have open: an IPv4 address or an IPv6 network of 64 bits. Only where
    /// anybody may connect. 0.01 to 1. Default 0.5.
    /// </summary>
    [Range(0.01, 1.0)]
    public double ClientShareMax { get; set; } = 0.5;

    /// <summary>Requests of one client under way; more get 429. Only where anybody may connect. 1 to 1,000,000. Default 4,096.</summary>
    [Range(1, 1_000_000)]
    public int ClientRequestsMax { get; set; } = 4096;

    /// <summary>Descriptors that the process must be allowed, or it does not start. 256 to 1,000,000. Default 1,024.</summary>
    [Range(256, 1_000_000)]
    public int DescriptorsMin { get; set; } = 1024;

    /// <summary>Bytes of a request line. 1 KiB to 64 KiB. Default 8 KiB.</summary>
    [Range(1 << 10, 64 << 10)]
    public int RequestLineBytesMax { get; set; } = 8 << 10;

    /// <summary>Bytes of all header fields of a request. 1 KiB to 256 KiB. Default 16 KiB.</summary>
    [Range(1 << 10, 256 << 10)]
    public int HeaderBytesMax { get; set; } = 16 << 10;

    /// <summary>Header fields of a request. 8 to 1,000. Default 64.</summary>
    [Range(8, 1000)]
    public int HeadersMax { get; set; } = 64;

    /// <summary>Time for the head of a request. 1 s to 5 min. Default 10 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan HeadersTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time for which a connection may wait for its next request. 1 s to 1 h. Default 30 s.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan KeepAlive { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Time for which an HTTP/2 connection may be without a request, whatever it pings. 1 s to 1 h. Default 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan Http2IdleMax { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Streams of an HTTP/2 connection at once. 1 to 1,000. Default 64.</summary>
    [Range(1, 1000)]
    public int StreamsMax { get; set; } = 64;

    /// <summary>Slowest rate, in bytes a second, of a request's body after its first five seconds. 1 to 1 MiB. Default 1 KiB.</summary>
    [Range(1, 1 << 20)]
    public int BodyBytesPerSecondMin { get; set; } = 1 << 10;

    /// <summary>
    /// Slowest rate, in bytes a second, at which a client may take what waits for it: what its machine acknowledged,
    /// over every <see cref="SlowReaderTime"/>. 1 to 1 MiB. Default 1 KiB.
    /// </summary>
    [Range(1, 1 << 20)]
    public int AnswerBytesPerSecondMin { get; set; } = 1 << 10;

    /// <summary>Time over which <see cref="AnswerBytesPerSecondMin"/> is judged. 2 s to 10 min. Default 20 s.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "00:10:00")]
    public TimeSpan SlowReaderTime { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Share of the machine's memory (of the control group's, when it has a limit) above which new requests get 503. 0.1
    /// to 1; 1 never. Default 0.9.
    /// </summary>
    [Range(0.1, 1.0)]
    public double MemoryShareMax { get; set; } = 0.9;

    /// <summary>
    /// Whether several processes may listen on the public port, which a restart without a gap needs
    /// (<c>SO_REUSEPORT</c>, Linux). Default false.
    /// </summary>
    public bool SharePort { get; set; }
}

[OptionsValidator]
internal sealed partial class ListenerOptionsValidator : IValidateOptions<ListenerOptions>;
