using System.IO.Pipelines;
using System.Threading.Channels;

namespace Flickr.Origin.Framing;

/// <summary>Writes frames in turn and flushes once for all that are waiting.</summary>
internal static class FrameWriting
{
    private const int FlushBytes = 256 << 10;

    /// <summary>Runs until the channel is complete or the connection fails; never throws.</summary>
    public static async Task RunAsync(PipeWriter writer, ChannelReader<Frame> frames, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            while (await frames.WaitToReadAsync(cancellationToken))
            {
                while (frames.TryRead(out var frame))
                {
                    frame.Write(writer);
                    if (writer.CanGetUnflushedBytes && writer.UnflushedBytes > FlushBytes)
                    {
                        await writer.FlushAsync(cancellationToken);
                    }
                }
                await writer.FlushAsync(cancellationToken);
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or ObjectDisposedException
            or InvalidOperationException)
        {
            failure = error;
        }
        await writer.CompleteAsync(failure);
    }
}
