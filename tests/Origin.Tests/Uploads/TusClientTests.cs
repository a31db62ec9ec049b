using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Xunit;

namespace Flickr.Origin.Tests.Uploads;

/// <summary>The real <c>tus-js-client</c>, installed by npm into a folder of its own, over a line that is cut at random bytes.</summary>
public sealed class TusClientTests(ITestOutputHelper output)
{
    private const string Client = "tus-js-client@4.3.1";

    /// <summary>
    /// What a cut may cost at most: bytes on their way that the node had not made durable. Kernel buffers of two sockets on each side
    /// of the line, and the client's own.
    /// </summary>
    private const long WindowBytes = 16L << 20;

    [Fact]
    [Trait("Requirement", "R114")]
    public Task The_tus_client_of_npm_ends_with_the_right_hash_over_a_line_that_is_cut() => UploadAsync(8_000_000, 6);

    [Fact(Explicit = true)]
    [Trait("Requirement", "R114")]
    public Task The_tus_client_of_npm_uploads_200_MB_over_50_cuts() => UploadAsync(200_000_000, 50);

    private async Task UploadAsync(int length, int cuts)
    {
        using var folder = new TemporaryFolder();
        var library = Install(folder.Path);
        var file = Path.Combine(folder.Path, "swans.raw");
        var bytes = RandomNumberGenerator.GetBytes(length);
        await File.WriteAllBytesAsync(file, bytes);
        var random = new Random(41);
        await using var node = await TestNode.StartAsync(Path.Combine(folder.Path, "node"));
        await using var line = new CuttingProxy(
            node.Address, Enumerable.Range(0, cuts).Select(_ => random.NextInt64(1, 2L * length / cuts)));
        var watch = Stopwatch.StartNew();

        var (code, answer) = await NodeAsync(Path.Combine(AppContext.BaseDirectory, "Uploads", "tus-client.mjs"), library, file,
            line.Address + "/-/uploads", "20", "0");
        Assert.True(code == 0, answer);
        var url = JsonDocument.Parse(answer).RootElement.GetProperty("url").GetString()!;
        using var head = new HttpRequestMessage(HttpMethod.Head, new Uri(url).PathAndQuery);
        head.Headers.Add("Tus-Resumable", "1.0.0");
        using var found = await node.Client.SendAsync(head);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(bytes)), found.Headers.GetValues("Flickr-Digest").Single());
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{length:N0} bytes, {line.CutsDone} cuts of {cuts}, {line.Sent:N0} bytes sent ({line.Sent / (double)length:F3} of the size), {watch.Elapsed.TotalSeconds:F1} s"));
        Assert.True(line.CutsDone >= cuts * 3 / 4, $"{line.CutsDone} cuts");
        Assert.InRange(line.Sent, length, length + (line.CutsDone * WindowBytes));
    }

    private static string Install(string folder)
    {
        var start = new ProcessStartInfo("npm") { WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in (string[])["install", "--no-package-lock", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", Client])
        {
            start.ArgumentList.Add(argument);
        }
        try
        {
            using var process = Process.Start(start)!;
            var said = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.SkipWhen(process.ExitCode != 0, $"not run: npm cannot install {Client} here");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            Assert.Skip($"not run: no npm here ({error.Message})");
        }
        return Path.Combine(folder, "node_modules", "tus-js-client");
    }

    private static async Task<(int Code, string Answer)> NodeAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("node", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, answer + await error);
    }
}
