using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Volumes;

public sealed class CrashTests
{
    [Fact]
    public async Task A_power_cut_at_every_sector_of_the_last_batch_loses_nothing_acknowledged()
    {
        var (disk, acknowledged, batch) = await CutInTheLastBatchAsync(seed: 1);
        var sectors = (int)disk.UnflushedSectors;
        Assert.True(sectors > 30, "the batch has many sectors");

        for (var cut = 0; cut <= sectors; cut++)
        {
            var left = cut;
            await RecoversAsync(disk.AfterPowerCut(_ => left-- > 0), acknowledged, batch, $"cut after {cut} of {sectors} sectors");
        }
    }

    [Fact]
    public async Task A_disk_that_writes_the_last_batch_in_any_order_loses_nothing_acknowledged()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var (disk, acknowledged, batch) = await CutInTheLastBatchAsync(seed);
            var random = new Random(seed);
            await RecoversAsync(disk.AfterPowerCut(_ => random.Next(2) == 0), acknowledged, batch, $"seed {seed}");
        }
    }

    [Fact]
    [Trait("Requirement", "R113")]
    public async Task Any_fault_at_any_call_of_the_disk_never_acknowledges_what_is_not_durable()
    {
        var calls = await CallsOfWorkloadAsync();
        Assert.True(calls > 30, "the workload reaches the disk often");
        foreach (var fault in (DiskFault[])[DiskFault.Failing, DiskFault.Full, DiskFault.Short])
        {
            for (var call = 1; call <= calls; call++)
            {
                var disk = new ForgetfulDisk { Fault = (number, _) => number == call ? fault : DiskFault.None };
                using var first = new StoreUnderTest(disk, 48 << 10);
                await WorkAsync(first, seed: 3, count: 24);
                var when = $"{fault} at call {call}";

                // The machine loses power ...
                using (var afterCut = new StoreUnderTest(disk.AfterPowerCut(_ => false), 48 << 10))
                {
                    await afterCut.HasAll(first.Acknowledged, when + ", power cut");
                }
                // ... or only the process ends: it starts again over a page cache that shows more than the disk has,
                // acknowledges more, and then the power goes.
                var restarted = disk.AfterKill();
                using var second = new StoreUnderTest(restarted, 48 << 10);
                await second.HasAll(first.Acknowledged, when + ", restart");
                await WorkAsync(second, seed: 3, count: 30);
                Assert.Equal(30, second.Acknowledged.Count);
                using var third = new StoreUnderTest(restarted.AfterPowerCut(_ => false), 48 << 10);
                await third.HasAll(first.Acknowledged, when + ", restart, power cut");
                await third.HasAll(second.Acknowledged, when + ", restart, more work, power cut");
            }
        }
    }

    [Fact]
    public async Task A_failed_flush_ends_all_acknowledging_and_moves_the_metric()
    {
        var syncs = 0;
        var disk = new ForgetfulDisk
        {
            Fault = (_, call) => call == "sync" && ++syncs == 4 ? DiskFault.Failing : DiskFault.None,
        };
        using var store = new StoreUnderTest(disk);

        var verdicts = new List<StoreVerdict>();
        for (var i = 0; i < 6; i++)
        {
            verdicts.Add(await store.PutAsync(BytesOf(i, 2_000)));
        }

        // The first flush is the superblock's.
        Assert.Equal([StoreVerdict.Stored, StoreVerdict.Stored, StoreVerdict.Failed, StoreVerdict.Failed, StoreVerdict.Failed,
            StoreVerdict.Failed], verdicts);
        Assert.False(store.Store.Volumes.IsWritable);
        Assert.Equal(1, store.Metrics.DiskFailures.Value);
        Assert.Equal(0, store.Metrics.Writable.Value);
        await store.HasAll(store.Acknowledged, "reads go on");
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_and_takes_them_again_when_there_is_room()
    {
        var disk = new ForgetfulDisk();
        using var store = new StoreUnderTest(disk);
        Assert.Equal(StoreVerdict.Stored, await store.PutAsync(BytesOf(1, 5_000)));

        disk.FreeBytes = 1_000;
        Assert.Equal(StoreVerdict.Full, await store.PutAsync(BytesOf(2, 5_000)));
        Assert.Equal(StoreVerdict.Stored, await store.Store.DeleteAsync(Digest.OfBytes(BytesOf(1, 5_000)), 9, null));
        disk.FreeBytes = long.MaxValue / 4;

        Assert.Equal(StoreVerdict.Stored, await store.PutAsync(BytesOf(2, 5_000)));
        Assert.True(store.Store.Volumes.IsWritable);
    }

    [Fact]
    public async Task Every_flipped_bit_is_detected_and_costs_at_most_the_record_it_hit()
    {
        var disk = new ForgetfulDisk();
        Dictionary<Digest, byte[]> acknowledged;
        using (var store = new StoreUnderTest(disk, 20 << 10))
        {
            await WorkAsync(store, seed: 5, count: 20);
            acknowledged = store.Acknowledged;
        }
        var names = disk.List().Order(StringComparer.Ordinal).ToList();
        Assert.True(names.Count >= 3, "there are sealed volumes and an open one");
        var last = acknowledged.Last().Key;
        foreach (var name in names)
        {
            for (long offset = 0; offset < disk.LengthOf(name); offset += 13)
            {
                var image = disk.AfterKill();
                image.Flip(name, offset, (int)(offset % 8));
                using var store = new StoreUnderTest(image, 20 << 10);
                var lost = new List<Digest>();
                foreach (var (id, bytes) in acknowledged)
                {
                    var got = await store.GetAsync(id);
                    if (got is null)
                    {
                        lost.Add(id);
                    }
                    else
                    {
                        Assert.Equal(bytes, got);
                    }
                }
                var isSuperblock = offset < Superblock.Size;
                Assert.True(isSuperblock || lost.Count <= 1, $"{name} at {offset}: {lost.Count} blobs lost");
                // The very last batch of the log cannot be told from a torn one; every other loss is noticed.
                Assert.True(lost.Count == 0 || lost is [var only] && only == last || store.Metrics.RecordsDamaged.Value > 0,
                    $"{name} at {offset}: lost unnoticed");
            }
        }
    }

    [Fact]
    public async Task A_volume_without_its_footer_is_read_from_its_log()
    {
        var disk = new ForgetfulDisk();
        Dictionary<Digest, byte[]> acknowledged;
        using (var store = new StoreUnderTest(disk, 20 << 10))
        {
            await WorkAsync(store, seed: 5, count: 20);
            acknowledged = store.Acknowledged;
        }
        var sealedName = disk.List().Order(StringComparer.Ordinal).First();
        disk.Flip(sealedName, disk.LengthOf(sealedName) - 20, 3);

        using var reopened = new StoreUnderTest(disk, 20 << 10);

        await reopened.HasAll(acknowledged, "footer damaged");
    }

    [Fact]
    public async Task An_uploaded_file_full_of_headers_forges_no_record()
    {
        var disk = new ForgetfulDisk();
        var forged = new byte[64 * 100];
        for (var i = 0; i < 100; i++)
        {
            new RecordHeader(RecordKind.Tombstone, true, 0, Digest.OfBytes([1]), 99, 0)
                .Write(forged.AsSpan(i * 64), new byte[16], Superblock.Size + 64 + i * 64);
        }
        using (var store = new StoreUnderTest(disk))
        {
            await store.PutAsync([1]);
            await store.PutAsync(forged);
            await store.PutAsync(BytesOf(7, 300));
        }
        // Damage the forged record's own header, so that recovery looks through its payload for the next header.
        disk.Flip(disk.List()[0], Superblock.Size + 128 + 20, 1);

        using var reopened = new StoreUnderTest(disk);

        Assert.True(reopened.Store.Probe(Digest.OfBytes([1])).IsPresent);
        Assert.True(reopened.Store.Probe(Digest.OfBytes(BytesOf(7, 300))).IsPresent);
    }

    /// <summary>Five single batches acknowledged, then one of six records whose flush never ends.</summary>
    private static async Task<(ForgetfulDisk Disk, Dictionary<Digest, byte[]> Acknowledged, List<Digest> Batch)>
        CutInTheLastBatchAsync(int seed)
    {
        var disk = new ForgetfulDisk();
        using var store = new StoreUnderTest(disk);
        for (var i = 0; i < 5; i++)
        {
            await store.PutAsync(BytesOf(seed * 100 + i, 1_000 + i * 700));
        }
        using var firstIsFlushing = new SemaphoreSlim(0);
        using var goOn = new SemaphoreSlim(0);
        var syncs = 0;
        ForgetfulDisk? image = null;
        disk.BeforeSync = () =>
        {
            switch (Interlocked.Increment(ref syncs))
            {
                case 1:
                    firstIsFlushing.Release();
                    goOn.Wait();
                    break;
                case 2:
                    image = disk.AfterKill();
                    break;
            }
        };
        var sixth = store.PutAsync(BytesOf(seed * 100 + 5, 900));
        await firstIsFlushing.WaitAsync();
        var batch = Enumerable.Range(6, 6).Select(i => BytesOf(seed * 100 + i, 1_500 + i * 300)).ToList();
        var writes = batch.ConvertAll(bytes => store.PutAsync(bytes));
        goOn.Release();
        await sixth;
        var acknowledged = new Dictionary<Digest, byte[]>();
        foreach (var i in Enumerable.Range(0, 6))
        {
            var bytes = BytesOf(seed * 100 + i, i == 5 ? 900 : 1_000 + i * 700);
            acknowledged[Digest.OfBytes(bytes)] = bytes;
        }
        await Task.WhenAll(writes);
        return (image!, acknowledged, batch.ConvertAll(bytes => Digest.OfBytes(bytes)));
    }

    private static async Task RecoversAsync(
        ForgetfulDisk disk, Dictionary<Digest, byte[]> acknowledged, List<Digest> batch, string when)
    {
        var more = BytesOf(4_711, 3_000);
        using (var store = new StoreUnderTest(disk))
        {
            await store.HasAll(acknowledged, when);
            foreach (var id in batch)
            {
                await store.GetAsync(id);
            }
            Assert.Equal(0, store.Metrics.RecordsDamaged.Value);
            Assert.Equal(StoreVerdict.Stored, await store.PutAsync(more));
        }
        using var again = new StoreUnderTest(disk.AfterPowerCut(_ => false));
        await again.HasAll(acknowledged, when + ", again");
        Assert.Equal(more, await again.GetAsync(Digest.OfBytes(more)));
    }

    private static async Task<int> CallsOfWorkloadAsync()
    {
        var disk = new ForgetfulDisk { Fault = (_, _) => DiskFault.None };
        using var store = new StoreUnderTest(disk, 48 << 10);
        await WorkAsync(store, seed: 3, count: 24);
        Assert.Equal(24, store.Acknowledged.Count);
        return disk.Calls;
    }

    private static async Task WorkAsync(StoreUnderTest store, int seed, int count)
    {
        for (var i = 0; i < count; i++)
        {
            await store.PutAsync(BytesOf(seed * 1_000 + i, 500 + i * 331 % 5_000));
        }
    }

    private static byte[] BytesOf(int seed, int length)
    {
        var bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
