using System.IO.Pipes;
using Flickr.Fleet.Durability;
using Microsoft.Win32.SafeHandles;

namespace Flickr.Fleet.Tests.Durability;

public sealed class FsyncTests
{
    [Fact]
    public void A_refused_sync_is_heard()
    {
        using var pipe = new AnonymousPipeServerStream();
        using var handle = new SafeFileHandle(pipe.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);

        // A pipe cannot be synced (EINVAL); the runtime's own call would say nothing.
        Assert.Throws<DurabilityException>(() => Fsync.Data(handle));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_heard() =>
        Assert.Throws<DurabilityException>(() => Fsync.Directory("/nowhere/at/all"));

    [Fact]
    public void A_directory_and_a_file_sync()
    {
        using var folder = new TemporaryFolder();
        using var file = DurableFile.Open(folder.File("a"));

        file.Append("abc"u8);
        file.Sync();
        Fsync.Directory(folder.Path);

        Assert.Equal("abc"u8.ToArray(), file.ReadAll());
    }

    [Fact]
    public void After_a_failed_write_the_file_takes_nothing_more()
    {
        using var folder = new TemporaryFolder();
        var file = DurableFile.Open(folder.File("a"));
        file.Append("abc"u8);
        file.Dispose();

        Assert.ThrowsAny<Exception>(() => file.Append("d"u8));

        Assert.True(file.HasFailed);
        Assert.Throws<DurabilityException>(file.Sync);
        Assert.Throws<DurabilityException>(() => file.Append("e"u8));
    }

    [Fact]
    public void Replacing_leaves_the_old_content_when_the_writer_fails()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("a");
        DurableFile.Replace(path, file => file.Append("old"u8));

        Assert.Throws<InvalidOperationException>(() => DurableFile.Replace(path, file =>
        {
            file.Append("ne"u8);
            throw new InvalidOperationException();
        }));

        Assert.Equal("old", File.ReadAllText(path));
        DurableFile.Replace(path, file => file.Append("new"u8));
        Assert.Equal("new", File.ReadAllText(path));
    }
}
