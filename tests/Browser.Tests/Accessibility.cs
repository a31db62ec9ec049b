using System.Text.Json;
using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>
/// What keeps people with other senses out of a page, found without a rule library: names as Chromium itself computes them for
/// screen readers, the frame of the document, and the contrast of every text that is drawn on a plain ground.
/// </summary>
internal static class Accessibility
{
    private static readonly HashSet<string> Named =
    [
        "button", "link", "textbox", "searchbox", "checkbox", "radio", "combobox", "listbox", "slider", "image", "img", "dialog",
        "progressbar", "navigation", "complementary",
    ];

    /// <summary>The faults of what is shown now, in words; empty when there are none.</summary>
    public static async Task<IReadOnlyList<string>> FaultsAsync(IPage page) =>
        [.. await NamelessAsync(page), .. await page.EvaluateAsync<string[]>(Checks)];

    private static async Task<List<string>> NamelessAsync(IPage page)
    {
        var cdp = await page.Context.NewCDPSessionAsync(page);
        var tree = await cdp.SendAsync("Accessibility.getFullAXTree");
        await cdp.DetachAsync();
        return [.. tree!.Value.GetProperty("nodes").EnumerateArray()
            .Where(node => !node.GetProperty("ignored").GetBoolean() && Named.Contains(Text(node, "role")) && Text(node, "name").Length == 0
                && Text(node, "role") is not "navigation")
            .Select(node => $"a {Text(node, "role")} without a name")];
    }

    private static string Text(JsonElement node, string property) =>
        node.TryGetProperty(property, out var value) && value.TryGetProperty("value", out var text) ? text.GetString() ?? "" : "";

    private const string Checks =
        """
        (() => {
            const faults = [];
            const all = [...document.querySelectorAll('*')];
            const ids = all.map(e => e.id).filter(Boolean);
            for (const id of new Set(ids)) if (ids.filter(other => other === id).length > 1) faults.push(`two elements with id ${id}`);
            for (const e of all) {
                for (const name of ['aria-controls', 'aria-labelledby', 'aria-describedby', 'for'])
                    if (e.hasAttribute(name) && !document.getElementById(e.getAttribute(name))) faults.push(`${name} points to nothing: ${e.getAttribute(name)}`);
                if (e.tabIndex > 0) faults.push(`tabindex above 0: ${e.tagName}`);
                if (e.tagName === 'IMG' && !e.hasAttribute('alt')) faults.push('a picture without alt');
            }
            if (!document.documentElement.lang) faults.push('no language');
            if (!document.title) faults.push('no title');
            if (document.querySelectorAll('main').length !== 1) faults.push('not one main part');
            if (document.querySelectorAll('h1').length !== 1) faults.push('not one h1');
            const rgb = text => text.match(/[\d.]+/g).map(Number);
            const light = ([r, g, b]) => [r, g, b].map(c => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
            const ground = e => {
                for (; e; e = e.parentElement) {
                    const [r, g, b, a = 1] = rgb(getComputedStyle(e).backgroundColor);
                    if (getComputedStyle(e).backgroundImage !== 'none' || (a > 0 && a < 1)) return null;
                    if (a === 1) return [r, g, b];
                }
                return [255, 255, 255];
            };
            let judged = 0;
            for (const e of all) {
                if (![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !e.checkVisibility() || e.closest('head, script, :disabled')) continue;
                const back = ground(e);
                if (!back) continue;
                const [a, b] = [light(rgb(getComputedStyle(e).color)), light(back)].sort((x, y) => y - x);
                const ratio = (a + 0.05) / (b + 0.05);
                judged++;
                if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${e.tagName}.${e.className} "${e.textContent.trim().slice(0, 30)}"`);
            }
            if (judged === 0) faults.push('no text was judged');
            return faults;
        })()
        """;
}
