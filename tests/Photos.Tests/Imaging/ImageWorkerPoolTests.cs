using System.Diagnostics;
using Flickr.Photos.Imaging;
using Flickr.Photos.Tests.Hosting;
using NetVips;

namespace Flickr.Photos.Tests.Imaging;

public sealed class ImageWorkerPoolTests
{
    [Fact, Trait("Requirement", "R120")]
    public async Task Every_EXIF_orientation_comes_out_upright()
    {
        using var pool = new OpenedPool();
        foreach (var kind in (string[])["Landscape", "Portrait"])
        {
            var upright = OpenedPool.Grey((await pool.MakeAsync(Samples.File($"orientation/{kind}_1.jpg"))).Variants[^1].Path);
            for (var orientation = 0; orientation <= 8; orientation++)
            {
                var answer = await pool.MakeAsync(Samples.File($"orientation/{kind}_{orientation}.jpg"));

                Assert.Null(answer.Refusal);
                var isWide = answer.Variants[^1].Width > answer.Variants[^1].Height;
                Assert.Equal(kind == "Landscape", isWide);
                Assert.Equal(isWide, answer.Facts!.Width > answer.Facts.Height);
                Assert.InRange(OpenedPool.Difference(upright, OpenedPool.Grey(answer.Variants[^1].Path)), 0, 6);
            }
        }
    }

    [Fact, Trait("Requirement", "R010"), Trait("Requirement", "R011")]
    public async Task The_place_is_read_from_the_original_and_in_no_variant()
    {
        using var pool = new OpenedPool();

        var answer = await pool.MakeAsync(Samples.File("derived/gps.jpg"));

        Assert.NotNull(answer.Facts!.Latitude);
        Assert.NotNull(answer.Facts.Longitude);
        Assert.StartsWith("TestCam", answer.Facts.Camera);
        foreach (var variant in answer.Variants)
        {
            using var image = Image.NewFromFile(variant.Path);
            Assert.DoesNotContain(image.GetFields(), field =>
                field.StartsWith("exif-", StringComparison.Ordinal) || field is "xmp-data" or "iptc-data" or "icc-profile-data");
        }
    }

    [Theory, Trait("Requirement", "R120")]
    [InlineData("derived/p3.jpg", 8)]
    [InlineData("derived/cmyk.jpg", 30)]
    [InlineData("derived/rgb16.png", 6)]
    [InlineData("derived/progressive.jpg", 4)]
    [InlineData("derived/lossy.webp", 6)]
    [InlineData("derived/photo.avif", 8)]
    public async Task Other_colour_spaces_depths_and_formats_show_the_same_picture(string sample, double differenceMax)
    {
        using var pool = new OpenedPool();
        var plain = await pool.MakeAsync(Samples.File("derived/baseline.jpg"));

        var answer = await pool.MakeAsync(Samples.File(sample));

        Assert.Null(answer.Refusal);
        using var image = Image.NewFromFile(answer.Variants[0].Path);
        Assert.Equal(3, image.Bands);
        Assert.Equal(Enums.Interpretation.Srgb, image.Interpretation);
        var difference = OpenedPool.Difference(OpenedPool.Colours(plain.Variants[^1].Path), OpenedPool.Colours(answer.Variants[^1].Path));
        Assert.InRange(difference, 0, differenceMax);
    }

    [Fact]
    public async Task Alpha_is_laid_on_white_and_animations_show_their_first_frame()
    {
        using var pool = new OpenedPool();
        foreach (var sample in (string[])["derived/alpha.png", "derived/alpha.webp", "derived/anim.gif", "derived/anim.webp"])
        {
            var answer = await pool.MakeAsync(Samples.File(sample));

            Assert.Null(answer.Refusal);
            using var image = Image.NewFromFile(answer.Variants[^1].Path);
            Assert.Equal(3, image.Bands);
            Assert.Equal(answer.Facts!.Height, image.Height);
        }
    }

    [Fact]
    public async Task Every_kind_of_PNG_is_decoded()
    {
        using var pool = new OpenedPool();
        foreach (var sample in Samples.Folder("png", "*.png"))
        {
            var answer = await pool.MakeAsync(sample);

            Assert.True(answer.Refusal is null, $"{sample}: {answer.Refusal} {answer.Detail}");
            Assert.InRange(answer.Variants.Count, 2, 4);
        }
    }

    [Theory, Trait("Requirement", "R061")]
    [InlineData("hostile/bomb_400mp.png", ImageRefusal.TooManyPixels)]
    [InlineData("hostile/bomb_900mp_1bit.png", ImageRefusal.TooManyPixels)]
    [InlineData("hostile/bomb_3600mp_hdr_only.png", ImageRefusal.SideTooLong)]
    [InlineData("hostile/bomb_jpeg_65500.jpg", ImageRefusal.SideTooLong)]
    [InlineData("hostile/bomb_maxdim.png", null)]
    [InlineData("hostile/mvg.jpg", ImageRefusal.UnknownFormat)]
    [InlineData("hostile/xxe.jpg", ImageRefusal.UnknownFormat)]
    [InlineData("derived/photo.tif", ImageRefusal.UnknownFormat)]
    [InlineData("derived/photo.heic", ImageRefusal.HeicUnsupported)]
    public async Task A_hostile_or_foreign_file_is_refused_by_its_header(string sample, ImageRefusal? expected)
    {
        using var pool = new OpenedPool();

        var answer = await pool.InspectAsync(Samples.File(sample));

        Assert.NotNull(answer.Refusal);
        Assert.True(expected is null || answer.Refusal == expected, $"{answer.Refusal} {answer.Detail}");
        Assert.Equal(0, pool.Metrics.WorkersLost.Value);
        Assert.InRange(answer.MemoryBytes, 1, 150L << 20);
    }

    [Fact, Trait("Requirement", "R061")]
    public async Task A_GIF_that_claims_a_vast_screen_is_as_small_as_its_frame()
    {
        using var pool = new OpenedPool();

        var answer = await pool.MakeAsync(Samples.File("hostile/bomb_gif_65535.gif"));

        Assert.True(answer.Refusal is not null || (answer.Facts!.Width, answer.Facts.Height) == (1, 1), $"{answer}");
        Assert.InRange(answer.MemoryBytes, 1, 150L << 20);
    }

    [Fact, Trait("Requirement", "R119")]
    public async Task A_polyglots_second_meaning_is_not_in_the_variants_and_a_text_bomb_does_no_harm()
    {
        using var pool = new OpenedPool();

        var polyglot = await pool.MakeAsync(Samples.File("hostile/polyglot-html.jpg"));
        var bomb = await pool.MakeAsync(Samples.File("hostile/ztxt_bomb.png"));

        Assert.All(polyglot.Variants, variant =>
            Assert.DoesNotContain("<script", File.ReadAllText(variant.Path), StringComparison.OrdinalIgnoreCase));
        Assert.True(bomb.Refusal is not null || bomb.Variants.Count >= 2);
        Assert.InRange(bomb.MemoryBytes, 1, 300L << 20);
        Assert.Equal(0, pool.Metrics.WorkersLost.Value);
    }

    // Guards against thumbnail_buffer's deaf ear for fail_on: there a cut file gave half a grey picture and success.
    [Theory]
    [InlineData("derived/baseline.jpg")]
    [InlineData("derived/progressive.jpg")]
    [InlineData("photos/coffee.png")]
    [InlineData("derived/lossy.webp")]
    [InlineData("derived/photo.avif")]
    public async Task A_file_cut_anywhere_is_never_taken_in_silence(string sample)
    {
        using var pool = new OpenedPool();
        var whole = await File.ReadAllBytesAsync(Samples.File(sample));
        for (var tenth = 1; tenth <= 10; tenth++)
        {
            var cut = whole[..(whole.Length * tenth / 11)];

            var answer = await pool.MakeAsync(pool.NewFile(cut));

            Assert.True(answer.Refusal is not null, $"{sample} cut at {tenth}/11 gave {answer.Variants.Count} variants");
        }
        Assert.Equal(0, pool.Metrics.WorkersLost.Value);
    }

    [Fact]
    public async Task The_same_bytes_give_the_same_variants()
    {
        using var pool = new OpenedPool();
        var path = Samples.File("photos/rocket.jpg");

        var first = await pool.MakeAsync(path);
        var second = await pool.MakeAsync(path);

        Assert.Equal(first.ThumbHash, second.ThumbHash);
        Assert.All(first.Variants.Zip(second.Variants), pair =>
            Assert.Equal(File.ReadAllBytes(pair.First.Path), File.ReadAllBytes(pair.Second.Path)));
    }

    [Fact]
    public async Task Small_pictures_are_not_enlarged()
    {
        using var pool = new OpenedPool();

        var answer = await pool.MakeAsync(Samples.File("png/basn2c16.png"));

        Assert.All(answer.Variants, variant => Assert.Equal((32, 32), (variant.Width, variant.Height)));
    }

    [Fact]
    public async Task A_job_whose_worker_is_killed_is_done_by_another()
    {
        using var pool = new OpenedPool();
        var job = pool.MakeAsync(Samples.File("derived/bench12mp.jpg"), "digest");

        await KillBusyAsync(pool.Pool, job);
        var answer = await job;

        Assert.Null(answer.Refusal);
        Assert.InRange(answer.Variants.Count, 2, 4);
        Assert.Equal(1, pool.Metrics.WorkersLost.Value);
    }

    [Fact]
    public async Task Bytes_on_which_two_workers_died_are_refused_without_a_third()
    {
        using var pool = new OpenedPool();
        var job = pool.MakeAsync(Samples.File("derived/bench12mp.jpg"), "digest");

        var first = await KillBusyAsync(pool.Pool, job);
        await KillBusyAsync(pool.Pool, job, first);
        var answer = await job;

        Assert.Equal(ImageRefusal.Undecodable, answer.Refusal);
        Assert.Equal(ImageRefusal.Undecodable, (await pool.MakeAsync(Samples.File("derived/bench12mp.jpg"), "digest")).Refusal);
        Assert.Null((await pool.MakeAsync(Samples.File("derived/bench12mp.jpg"), "other")).Refusal);
        Assert.Equal(2, pool.Metrics.WorkersLost.Value);
    }

    [Fact]
    public async Task A_worker_over_its_jobs_is_replaced()
    {
        using var pool = new OpenedPool(options => options.RecycleJobs = 2);
        var seen = new HashSet<int>();
        for (var i = 0; i < 4; i++)
        {
            var job = pool.MakeAsync(Samples.File("derived/bench12mp.jpg"));
            seen.Add(await BusyAsync(pool.Pool, job));
            await job;
        }

        Assert.Equal(2, seen.Count);
        Assert.Equal(0, pool.Metrics.WorkersLost.Value);
    }

    [Fact]
    public async Task A_worker_has_no_environment_to_lose()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "not run: /proc missing");
        Environment.SetEnvironmentVariable("FLICKR_TEST_SECRET", "x");
        using var pool = new OpenedPool();
        var job = pool.MakeAsync(Samples.File("derived/bench12mp.jpg"));

        var environment = await File.ReadAllTextAsync($"/proc/{await BusyAsync(pool.Pool, job)}/environ");
        await job;

        Assert.DoesNotContain("FLICKR_TEST_SECRET", environment);
        Assert.DoesNotContain("HOME=", environment);
    }

    private static async Task<int> BusyAsync(ImageWorkerPool pool, Task job, int not = 0) => await PhotosHost.UntilAsync(
        () => Task.FromResult(pool.BusyProcesses.FirstOrDefault(id => id != not)),
        id => id != 0 || job.IsCompleted);

    private static async Task<int> KillBusyAsync(ImageWorkerPool pool, Task job, int not = 0)
    {
        var id = await BusyAsync(pool, job, not);
        Process.GetProcessById(id).Kill();
        return id;
    }
}
