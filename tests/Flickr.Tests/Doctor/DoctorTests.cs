using System.Text.Json;
using Flickr.Commands;
using Flickr.Doctor;
using Flickr.Watch;

namespace Flickr.Tests.Doctor;

/// <summary>What <c>flickr doctor</c> calls fine, doubtful and wrong.</summary>
[Trait("Requirement", "R124")]
public sealed class DoctorTests
{
    [Theory]
    [InlineData("Max open files            512                  4096                 files", "Wrong")]
    [InlineData("Max open files            4096                 4096                 files", "Warning")]
    [InlineData("Max open files            unlimited            unlimited            files", "Fine")]
    [InlineData("Max processes             1                    1                    processes", "Warning")]
    public void Descriptors(string line, string kind) =>
        Assert.Equal(kind, MachineChecks.Descriptors([line]).Kind.ToString());

    [Theory]
    [InlineData(1, "Warning")]
    [InlineData(3000, "Fine")]
    [InlineData(200_000, "Warning")]
    public void Sync_is_doubted_when_it_takes_no_time_or_too_long(int microseconds, string kind) =>
        Assert.Equal(kind, DiskChecks.Speed(TimeSpan.FromMicroseconds(microseconds)).Kind.ToString());

    [Fact]
    public void A_disk_in_memory_or_without_room_is_wrong()
    {
        Assert.Equal(FindingKind.Wrong, DiskChecks.Kind("tmpfs").Kind);
        Assert.Equal(FindingKind.Fine, DiskChecks.Kind("ext4").Kind);
        Assert.Equal(FindingKind.Wrong, DiskChecks.Room(1 << 20).Kind);
    }

    [Fact]
    public void A_real_folder_is_written_synced_and_left_as_it_was()
    {
        using var folder = new TemporaryFolder();

        var findings = DiskChecks.Run(folder.Path).ToList();

        Assert.Contains(findings, finding => finding.What == "disk sync" && finding.Kind != FindingKind.Wrong);
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    [Fact]
    public void A_port_is_free_ours_or_anothers()
    {
        using var other = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Any, 0);
        other.Start();
        var port = ((System.Net.IPEndPoint)other.LocalEndpoint).Port;

        Assert.Equal(FindingKind.Wrong, MachineChecks.Port("Edge", port, isOurs: false).Kind);
        Assert.Equal(FindingKind.Fine, MachineChecks.Port("Edge", port, isOurs: true).Kind);
    }

    [Theory]
    [InlineData(true, 0, "ok", 0)]
    [InlineData(false, 0, "ok", 1)]
    [InlineData(true, -3600, "ok", 1)]
    [InlineData(true, 0, "firing", 1)]
    public void A_program_is_judged_by_what_it_says(bool isReady, int skewSeconds, string state, int findings)
    {
        var said = JsonSerializer.SerializeToElement(new
        {
            isReady,
            alerts = (object[])[new { name = "FlickrEdgeSlow", summary = "slow", state }],
        });

        Assert.Equal(findings, DoctorCommand.Judge(
            new AdminAnswer("Edge", new Uri("http://127.0.0.1"), said, TimeSpan.FromSeconds(skewSeconds))).Count());
    }
}
