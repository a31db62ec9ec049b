using System.Buffers.Text;
using System.Text;
using Flickr.Edge.Cache;
using Flickr.Edge.Respond;
using Flickr.Edge.Sites;
using Flickr.Edge.Status;
using Flickr.Tokens;

namespace Flickr.Edge.Lane;

/// <summary>
/// The head of a whole 200 from RAM as bytes, made once per object by the code that writes heads for the
/// pipeline. Only Date, Age, Cache-Status and the lifetime of private answers are put in for each request.
/// Immutable.
/// </summary>
internal sealed class LaneHead
{
    /// <summary>Bytes that <see cref="Write"/> may need for what it puts in.</summary>
    private const int PatchBytesMax = 256;

    private readonly byte[] _fixed;
    private readonly bool _hasDate;
    private readonly bool _isPrivatePhoto;

    private LaneHead(Site site, byte[] fixedBytes, bool hasDate, bool isPrivatePhoto) =>
        (Site, _fixed, _hasDate, _isPrivatePhoto) = (site, fixedBytes, hasDate, isPrivatePhoto);

    /// <summary>The site by whose rules it was made.</summary>
    public Site Site { get; }

    /// <summary>Whether the lane can say this head as the pipeline would.</summary>
    public bool IsFit => _fixed.Length > 0;

    /// <summary>Bytes of heap that it takes: the block, this object, and their headers.</summary>
    public int HeapBytes => _fixed.Length + 24 + 40;

    /// <summary>Bytes that a head takes at most.</summary>
    public int BytesMax => _fixed.Length + PatchBytesMax;

    /// <summary>Makes the head of an object.</summary>
    public static LaneHead Of(Site site, ObjectHead head, long length, DateTimeOffset now)
    {
        var fields = new HeaderDictionary();
        ClientHead.Write(fields, site, null, head.Http.Headers, head.Facts.IsPrivate, TimeSpan.Zero, now);
        ClientHead.WriteAcceptRanges(fields, head.Http);
        fields.Remove("Age");
        var isPrivatePhoto = site.IsPhotos && head.Facts.IsPrivate;
        if (isPrivatePhoto)
        {
            fields.Remove("Cache-Control");
        }
        var text = new StringBuilder("HTTP/1.1 200 OK\r\nContent-Length: ").Append(length).Append("\r\n");
        foreach (var (name, values) in fields)
        {
            foreach (var value in values)
            {
                if (string.IsNullOrEmpty(value) || Connects(name))
                {
                    return new LaneHead(site, [], false, false);
                }
                text.Append(name).Append(": ").Append(value).Append("\r\n");
            }
        }
        return new LaneHead(site, Encoding.Latin1.GetBytes(text.ToString()), fields.ContainsKey("Date"),
            isPrivatePhoto);
    }

    /// <summary>Writes the whole head with its empty line; returns its length.</summary>
    public int Write(Span<byte> destination, in Finding finding, AccessGrant? grant, DateTimeOffset now)
    {
        _fixed.CopyTo(destination);
        var at = _fixed.Length;
        if (!_hasDate)
        {
            at += Put(destination[at..], "Date: "u8);
            Utf8Formatter.TryFormat(now, destination[at..], out var count, new('R'));
            at += count;
            at += Put(destination[at..], "\r\n"u8);
        }
        if (_isPrivatePhoto)
        {
            at += Put(destination[at..], "Cache-Control: private, max-age="u8);
            at += Put(destination[at..], ClientHead.PrivateSeconds(grant, now));
            at += Put(destination[at..], ", no-transform\r\n"u8);
        }
        at += Put(destination[at..], "Age: "u8);
        at += Put(destination[at..], (long)finding.Judgement.Age.TotalSeconds);
        at += Put(destination[at..], "\r\nCache-Status: "u8);
        at += CacheStatus.WriteMemoryHit(destination[at..], finding.TtlSeconds);
        return at + Put(destination[at..], "\r\n\r\n"u8);
    }

    /// <summary>Fields that the server, not the object, has the say over.</summary>
    private static bool Connects(string name) =>
        name.Equals("Connection", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Keep-Alive", StringComparison.OrdinalIgnoreCase)
        || name.Equals("Upgrade", StringComparison.OrdinalIgnoreCase);

    private static int Put(Span<byte> destination, ReadOnlySpan<byte> text)
    {
        text.CopyTo(destination);
        return text.Length;
    }

    private static int Put(Span<byte> destination, long number) =>
        Utf8Formatter.TryFormat(number, destination, out var count) ? count : 0;
}
