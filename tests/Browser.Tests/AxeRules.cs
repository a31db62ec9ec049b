using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>
/// The rules of axe-core against a page. The rules come from npm into the folder of the test program, once; where npm or the
/// registry is missing, what needs them reports "not run".
/// </summary>
public sealed class AxeRules : IAsyncLifetime
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "axe");

    private string? _script;

    public async ValueTask InitializeAsync()
    {
        var file = Path.Combine(Folder, "node_modules", "axe-core", "axe.min.js");
        if (!File.Exists(file))
        {
            await InstallAsync();
        }
        _script = File.Exists(file) ? await File.ReadAllTextAsync(file) : null;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Findings of the impacts "serious" and "critical" on what is shown now, in words.</summary>
    public async Task<IReadOnlyList<string>> SeriousAsync(IPage page)
    {
        Assert.SkipWhen(_script is null, "not run: axe-core could not be fetched with npm");
        // Through the debugger, not as a script element: the pages' own policy lets no foreign script in.
        await page.EvaluateAsync($"(() => {{ {_script} }})()");
        var found = await page.EvaluateAsync<JsonElement>(
            """
            axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], resultTypes: ['violations'] })
                .then(result => result.violations.filter(v => ['serious', 'critical'].includes(v.impact))
                    .map(v => `${v.id}: ${v.help}: ${v.nodes.slice(0, 3).map(n => n.html.slice(0, 120)).join(' | ')}`))
            """);
        return [.. found.EnumerateArray().Select(one => one.GetString()!)];
    }

    private static async Task InstallAsync()
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo(
                "npm", ["install", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"])
            {
                WorkingDirectory = Folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            await npm.WaitForExitAsync(late.Token);
        }
        catch (Exception fault) when (fault is System.ComponentModel.Win32Exception or OperationCanceledException)
        {
            Console.WriteLine($"axe-core is not there: {fault.Message}");
        }
    }
}
