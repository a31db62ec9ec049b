using System.Diagnostics;
using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>Many files at once, one of them no picture.</summary>
public sealed class UploadTests(RunningFlickr flickr, Chromium chromium)
{
    private const int Count = 50;

    [Fact]
    [Trait("Requirement", "R001")]
    public async Task Of_fifty_files_one_bad_one_fails_with_a_reason_and_the_others_are_published()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "bulk");
        await person.OpenAlbumAsync("many");
        var photograph = await File.ReadAllBytesAsync(Samples.File("derived/progressive.jpg"), TestContext.Current.CancellationToken);
        var files = Enumerable.Range(1, Count).Select(number => new FilePayload
        {
            Name = number == 20 ? "broken.jpg" : $"photo-{number:00}.jpg",
            MimeType = "image/jpeg",
            Buffer = number == 20 ? "this is no picture"u8.ToArray() : WithComment(photograph, $"copy {number}"),
        });

        var since = Stopwatch.StartNew();
        await person.Page.Locator("#files").SetInputFilesAsync(files);
        await Assertions.Expect(person.Page.Locator("#uploads .total .text"))
            .ToHaveTextAsync($"{Count - 1} of {Count} published, 1 failed", new() { Timeout = 60_000 });
        Console.WriteLine($"{Count} files in {since.ElapsedMilliseconds} ms");

        var failed = person.Page.Locator("#uploads li.failed");
        await Assertions.Expect(failed).ToHaveCountAsync(1);
        await Assertions.Expect(failed.Locator(".name")).ToHaveTextAsync("broken.jpg");
        await Assertions.Expect(failed.Locator(".why")).ToHaveTextAsync("This is not a picture of a format that is taken here.");
        await Assertions.Expect(person.Page.Locator(".grid li").First).ToHaveAttributeAsync("aria-setsize", $"{Count - 1}");
        await failed.ScrollIntoViewIfNeededAsync();
        await person.PictureAsync("bulk.png");
    }

    /// <summary>The same picture in other bytes: a comment segment (FF FE, length, text) behind the start of a JPEG.</summary>
    private static byte[] WithComment(byte[] jpeg, string text) =>
        [.. jpeg[..2], 0xFF, 0xFE, 0, (byte)(text.Length + 2), .. System.Text.Encoding.ASCII.GetBytes(text), .. jpeg[2..]];
}
