using CsCheck;
using Flickr.Edge.Collapse;
using Flickr.Edge.Tests.Harness;
using Microsoft.Extensions.Options;

namespace Flickr.Edge.Tests.Collapse;

public sealed class FlightBodyTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Spool _spool;

    public FlightBodyTests()
    {
        _spool = new Spool(Options.Create(new EdgeOptions { DataDirectory = _folder.Path }),
            Options.Create(new CollapseOptions()));
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void What_goes_in_comes_out_for_every_reader_at_its_own_pace()
    {
        Gen.Select(Gen.Int[0, 400_000], Gen.Int[1, 100_000], Gen.Bool, Gen.Int[0, 1000]).Sample(tuple =>
        {
            var (length, piece, isKnown, seed) = tuple;
            var bytes = new byte[length];
            new Random(seed).NextBytes(bytes);
            var body = new FlightBody(_spool, 2 * FlightBody.ChunkBytes, isKnown ? length : null);
            using var early = FlightReader.TryOpen(body)!;
            var reading = ReadAllAsync(early);
            WriteAsync(body, bytes, piece).GetAwaiter().GetResult();
            using var late = FlightReader.TryOpen(body)!;
            var same = ReadAllAsync(late).GetAwaiter().GetResult().AsSpan().SequenceEqual(bytes)
                && reading.GetAwaiter().GetResult().AsSpan().SequenceEqual(bytes);
            body.Dispose();
            return same;
        }, iter: 60);
    }

    [Fact]
    public async Task A_thousand_readers_and_one_that_sleeps_hold_no_more_than_the_window()
    {
        const int Window = 8 << 20;
        const int Length = 24 << 20;
        var piece = CollapseTests.Bytes(FlightBody.ChunkBytes);
        var body = new FlightBody(_spool, Window, Length);
        using var sleeper = FlightReader.TryOpen(body)!;
        var readers = Enumerable.Range(0, 1000).Select(_ =>
            CountAsync(FlightReader.TryOpen(body)!)).ToArray();
        var most = 0L;

        for (var written = 0; written < Length; written += piece.Length)
        {
            piece.CopyTo(body.Room);
            Assert.True(await body.PublishAsync(piece.Length));
            most = Math.Max(most, body.ResidentBytes);
        }
        body.Complete();
        var counts = await Task.WhenAll(readers);

        Assert.All(counts, count => Assert.Equal(Length, count));
        Assert.InRange(most, 1, Window + (2 * FlightBody.ChunkBytes));
        Assert.Equal(Length, await CountAsync(sleeper));
        body.Dispose();
        Assert.Equal(0, _spool.Bytes);
    }

    [Fact]
    public async Task A_reader_of_a_body_that_fails_hears_why_and_never_a_clean_end()
    {
        var body = new FlightBody(_spool, 1 << 20, null);
        using var reader = FlightReader.TryOpen(body)!;
        "abc"u8.CopyTo(body.Room.Span);
        await body.PublishAsync(3);
        body.Fail(FillFault.Truncated);

        Assert.Equal(3, await reader.WaitAsync(CancellationToken.None));
        Assert.Equal(3, await reader.ReadAsync(new byte[10], CancellationToken.None));
        var cut = await Assert.ThrowsAsync<FillCutException>(() =>
            reader.WaitAsync(CancellationToken.None).AsTask());

        Assert.Equal(FillFault.Truncated, cut.Fault);
    }

    [Fact]
    public async Task A_full_spool_ends_the_fill()
    {
        var spool = new Spool(Options.Create(new EdgeOptions { DataDirectory = _folder.Path }),
            Options.Create(new CollapseOptions { SpoolBytesMax = 3 * FlightBody.ChunkBytes }));
        var body = new FlightBody(spool, FlightBody.ChunkBytes, null);
        var isTaken = true;

        for (var i = 0; i < 5 && isTaken; i++)
        {
            isTaken = await body.PublishAsync(body.Room.Length);
        }

        Assert.False(isTaken);
        body.Dispose();
    }

    [Fact]
    public void A_body_whose_last_holder_has_left_cannot_be_read()
    {
        var body = new FlightBody(_spool, 1 << 20, null);
        body.Dispose();

        Assert.Null(FlightReader.TryOpen(body));
    }

    private static async Task WriteAsync(FlightBody body, byte[] bytes, int piece)
    {
        for (var at = 0; at < bytes.Length;)
        {
            var room = body.Room;
            var count = Math.Min(Math.Min(piece, room.Length), bytes.Length - at);
            bytes.AsMemory(at, count).CopyTo(room);
            Assert.True(await body.PublishAsync(count));
            at += count;
        }
        body.Complete();
    }

    private static async Task<byte[]> ReadAllAsync(FlightReader reader)
    {
        using var all = new MemoryStream();
        var bytes = new byte[10_000];
        while (await reader.WaitAsync(CancellationToken.None) > 0)
        {
            all.Write(bytes, 0, await reader.ReadAsync(bytes, CancellationToken.None));
        }
        return all.ToArray();
    }

    private static async Task<long> CountAsync(FlightReader reader)
    {
        using (reader)
        {
            var count = 0L;
            var bytes = new byte[10_000];
            while (await reader.WaitAsync(CancellationToken.None) > 0)
            {
                count += await reader.ReadAsync(bytes, CancellationToken.None);
            }
            return count;
        }
    }
}
