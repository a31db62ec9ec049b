using System.IO.Pipelines;
using CsCheck;
using Flickr.Origin.Framing;
using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Replication;

public sealed class FrameTests
{
    [Fact]
    public void Frames_come_back_as_they_were_written_in_whatever_pieces_they_arrive() => Gen.Byte.Array[0, 200].Array[1, 8].Select(
        Gen.Int[1, 40]).Sample(async (bodies, piece) =>
    {
        using var bytes = new MemoryStream();
        var writer = PipeWriter.Create(bytes, new StreamPipeWriterOptions(leaveOpen: true));
        for (var i = 0; i < bodies.Length; i++)
        {
            new Frame((uint)i, FrameOperation.Put, bodies[i]).Write(writer);
        }
        await writer.FlushAsync();
        var pipe = new Pipe();
        var reading = Task.Run(async () =>
        {
            var read = new List<Frame>();
            while (await Frame.ReadAsync(pipe.Reader, CancellationToken.None) is { } frame)
            {
                read.Add(frame);
            }
            return read;
        });
        foreach (var part in bytes.ToArray().Chunk(piece))
        {
            await pipe.Writer.WriteAsync(part);
        }
        await pipe.Writer.CompleteAsync();

        var frames = await reading;

        Assert.Equal(bodies.Length, frames.Count);
        Assert.All(frames, frame => Assert.Equal(bodies[frame.Number], frame.Body.ToArray()));
    }, iter: 200);

    [Fact]
    public void Bodies_and_facts_come_back_as_they_were_written() => Gen.Byte.Array[0, 300].Select(Gen.Long, Gen.Bool).Sample(
        (bytes, generation, isHint) =>
        {
            var key = Digest.OfBytes(bytes);
            var body = FrameBody.Write(key, generation, isHint ? "node-1" : null, new Payload(bytes));
            Assert.True(FrameBody.TryRead(body, out var readKey, out var readGeneration, out var hint, out var payload));
            Assert.Equal((key, generation, isHint ? "node-1" : null), (readKey, readGeneration, hint));
            Assert.Equal(bytes, payload.ToArray());
            var fact = new BlobFact(generation, bytes.Length, isHint, !isHint, isHint);
            Assert.Equal(fact, FrameBody.ReadFact(FrameBody.OfFact(fact)));
        });

    [Fact]
    public void Any_bytes_are_read_or_refused_as_a_body() => Gen.Byte.Array[0, 120].Sample(bytes =>
    {
        FrameBody.TryRead(bytes, out _, out _, out _, out var payload);
        Assert.True(payload.Length <= bytes.Length);
    });

    [Fact]
    public async Task A_frame_that_claims_to_be_huge_is_refused_before_it_is_held()
    {
        var pipe = new Pipe();
        await pipe.Writer.WriteAsync(new byte[] { 255, 255, 255, 255, 1, 0, 0, 0, 2 });

        await Assert.ThrowsAsync<InvalidDataException>(async () => await Frame.ReadAsync(pipe.Reader, CancellationToken.None));
    }
}
