using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;
using Xunit;

namespace Flickr.Origin.Tests.Volumes;

public sealed class CheckpointTests
{
    private static readonly string Name = VolumeCheckpoint.NameOf(1);

    [Fact]
    [Trait("Requirement", "R036")]
    public async Task A_start_after_a_kill_reads_only_what_no_checkpoint_covers()
    {
        var disk = new ForgetfulDisk();
        using var store = new StoreUnderTest(disk, checkpointBytes: 20 << 10);
        await FillAsync(store, 0, 40);
        var image = disk.AfterKill();
        Assert.Contains(Name, image.List());
        // Rot in a stretch that a checkpoint covers is not met at the start ...
        image.Flip(Volume.NameOf(1), 3_000, 2);

        using var reopened = new StoreUnderTest(image);

        Assert.Equal(0, reopened.Metrics.RecordsDamaged.Value);
        Assert.Equal(40, reopened.Store.Blobs.Count);
        // ... and is when the bytes are read.
        var lost = 0;
        foreach (var id in store.Acknowledged.Keys)
        {
            lost += await reopened.GetAsync(id) is null ? 1 : 0;
        }
        Assert.Equal((1, 1), (lost, reopened.Metrics.RecordsDamaged.Value));
    }

    [Fact]
    public async Task Every_flipped_bit_and_every_cut_of_a_checkpoint_costs_time_and_no_record()
    {
        var disk = new ForgetfulDisk();
        using var store = new StoreUnderTest(disk, checkpointBytes: 8 << 10);
        await FillAsync(store, 0, 12);
        for (long offset = 0; offset < disk.LengthOf(Name); offset += 3)
        {
            var image = disk.AfterKill();
            image.Flip(Name, offset, (int)(offset % 8));
            using var reopened = new StoreUnderTest(image);
            await reopened.HasAll(store.Acknowledged, $"bit of byte {offset}");
        }
        for (var cut = 0L; cut < disk.LengthOf(Name); cut += 7)
        {
            var image = disk.AfterKill();
            image.Open(Name).Truncate(cut);
            using var reopened = new StoreUnderTest(image);
            await reopened.HasAll(store.Acknowledged, $"cut at {cut}");
        }
    }

    [Fact]
    public async Task Checkpoints_go_on_over_restarts_and_vanish_with_the_seal()
    {
        var disk = new ForgetfulDisk();
        var acknowledged = new Dictionary<Digest, byte[]>();
        for (var round = 0; round < 6; round++)
        {
            using var store = new StoreUnderTest(disk, 96 << 10, checkpointBytes: 5 << 10);
            await store.HasAll(acknowledged, $"round {round}");
            await FillAsync(store, round * 20, 8);
            foreach (var (id, bytes) in store.Acknowledged)
            {
                acknowledged[id] = bytes;
            }
            Assert.Equal(0, store.Metrics.RecordsDamaged.Value);
        }

        Assert.Equal(disk.List().Select(Volume.NumberOf).Max(), disk.List().Where(VolumeCheckpoint.IsName)
            .Select(name => int.Parse(name.AsSpan(7, 8), System.Globalization.CultureInfo.InvariantCulture)).Single());
    }

    [Fact]
    public async Task A_disk_that_takes_no_checkpoint_goes_on_storing()
    {
        var disk = new ForgetfulDisk { Fault = (call, _) => DiskFault.None };
        var isBroken = false;
        disk.Fault = (_, call) => isBroken && call == "create" ? DiskFault.Failing : DiskFault.None;
        using var store = new StoreUnderTest(disk, checkpointBytes: 1);
        // The first blob's volume is made with the disk whole, its checkpoint is not.
        disk.BeforeSync = () => isBroken = true;

        await FillAsync(store, 0, 4);

        Assert.True(store.Store.Volumes.IsWritable);
        Assert.DoesNotContain(Name, disk.List());
        using var reopened = new StoreUnderTest(disk.AfterPowerCut(_ => false));
        await reopened.HasAll(store.Acknowledged, "no checkpoint");
    }

    private static async Task FillAsync(StoreUnderTest store, int start, int count)
    {
        for (var i = start; i < start + count; i++)
        {
            var bytes = new byte[2_000];
            new Random(i).NextBytes(bytes);
            Assert.Equal(StoreVerdict.Stored, await store.PutAsync(bytes));
        }
    }
}
