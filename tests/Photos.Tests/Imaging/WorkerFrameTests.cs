using CsCheck;
using Flickr.Photos.Imaging;

namespace Flickr.Photos.Tests.Imaging;

public sealed class WorkerFrameTests
{
    private static readonly ImageJob Job = new("/in", "/out", new ImageJobLimits(1, 2, 3, 4, 5, 6), 80);

    [Fact]
    public async Task A_frame_is_read_as_it_was_written()
    {
        using var pipe = new MemoryStream();
        await WorkerFrame.WriteAsync(pipe, Job, CancellationToken.None);
        pipe.Position = 0;

        Assert.Equal(Job, await WorkerFrame.ReadJobAsync(pipe, CancellationToken.None));
        Assert.Null(await WorkerFrame.ReadJobAsync(pipe, CancellationToken.None));
    }

    [Fact]
    public async Task A_frame_cut_at_any_byte_is_an_error()
    {
        using var pipe = new MemoryStream();
        await WorkerFrame.WriteAsync(pipe, Job, CancellationToken.None);
        var whole = pipe.ToArray();
        for (var length = 1; length < whole.Length; length++)
        {
            using var cut = new MemoryStream(whole[..length]);
            await Assert.ThrowsAsync<InvalidDataException>(() => WorkerFrame.ReadJobAsync(cut, CancellationToken.None));
        }
    }

    [Fact]
    public void Any_bytes_are_a_frame_or_an_error_and_nothing_else() => Gen.Byte.Array[0, 200].Sample(bytes =>
    {
        try
        {
            using var pipe = new MemoryStream(bytes);
            WorkerFrame.ReadAnswerAsync(pipe, CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (InvalidDataException)
        {
            return;
        }
    });
}
