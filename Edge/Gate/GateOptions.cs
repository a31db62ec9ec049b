using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Gate;

/// <summary>
/// Limits of the gate before the server; section <c>Edge:Gate</c>. The size of a request head is limited by
/// the server itself, which sees every byte of a head but the last line while it comes in.
/// </summary>
public sealed class GateOptions
{
    /// <summary>
    /// Empty lines allowed before a request line (RFC 9112 section 2.2 asks for one). 0 to 16. Default 1.
    /// </summary>
    [Range(0, 16)]
    public int EmptyLinesMax { get; set; } = 1;

    /// <summary>Bytes of one chunk-size line or trailer line. 32 to 16,384. Default 1,024.</summary>
    [Range(32, 16 * 1024)]
    public int ChunkLineBytesMax { get; set; } = 1024;

    /// <summary>
    /// Bytes of chunk extensions in one request body: without a limit they are a way to send without sending.
    /// 0 to 1,048,576. Default 4,096.
    /// </summary>
    [Range(0, 1 << 20)]
    public int ChunkExtensionBytesMax { get; set; } = 4096;

    /// <summary>Trailer lines after a chunked body. 0 to 128. Default 16.</summary>
    [Range(0, 128)]
    public int TrailerLinesMax { get; set; } = 16;
}

[OptionsValidator]
internal sealed partial class GateOptionsValidator : IValidateOptions<GateOptions>;
