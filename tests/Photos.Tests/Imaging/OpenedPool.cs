using Flickr.Photos.Imaging;
using Flickr.Photos.Tests.Hosting;
using Flickr.Sql;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using NetVips;

namespace Flickr.Photos.Tests.Imaging;

/// <summary>Real worker processes over a folder of the test's own.</summary>
internal sealed class OpenedPool : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly Database _database;
    private int _jobs;

    public OpenedPool(Action<ImagingOptions>? configure = null)
    {
        _database = Database.Open($"Data Source={_folder.File("pool.db")}", TimeProvider.System);
        Migrations.ApplyAsync(_database, typeof(PhotosProgram).Assembly).GetAwaiter().GetResult();
        var options = new ImagingOptions { Workers = 1 };
        configure?.Invoke(options);
        var folders = new PhotosFolders(Options.Create(new PhotosOptions { DataDirectory = _folder.Path }));
        Poison = new PoisonList(_database, TimeProvider.System);
        Pool = new ImageWorkerPool(
            Options.Create(options), folders, Poison, Metrics, NullLogger<ImageWorkerPool>.Instance, TimeProvider.System);
    }

    public PhotosMetrics Metrics { get; } = new();

    public ImageWorkerPool Pool { get; }

    public PoisonList Poison { get; }

    public string NewFile(byte[] bytes)
    {
        var path = _folder.File($"in{Interlocked.Increment(ref _jobs)}");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    public Task<ImageAnswer> InspectAsync(string path) => Pool.InspectAsync(path, path, CancellationToken.None);

    public Task<ImageAnswer> MakeAsync(string path, string? digest = null) => Pool.MakeVariantsAsync(
        path, Directory.CreateDirectory(_folder.File($"out{Interlocked.Increment(ref _jobs)}")).FullName, digest ?? path, CancellationToken.None);

    /// <summary>The picture as 32 × 32 grey values.</summary>
    public static byte[] Grey(string path)
    {
        using var image = Image.Thumbnail(path, 32, height: 32, size: Enums.Size.Force);
        using var grey = image.Colourspace(Enums.Interpretation.Bw);
        return grey.WriteToMemory<byte>();
    }

    /// <summary>The picture as 16 × 16 colours.</summary>
    public static byte[] Colours(string path)
    {
        using var image = Image.Thumbnail(path, 16, height: 16, size: Enums.Size.Force);
        using var colour = image.Colourspace(Enums.Interpretation.Srgb);
        return colour.WriteToMemory<byte>();
    }

    public static double Difference(byte[] a, byte[] b) => a.Zip(b, (x, y) => Math.Abs(x - y)).Average();

    public void Dispose()
    {
        Pool.Dispose();
        _database.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _folder.Dispose();
    }
}
