using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>From sign-up to a titled favourite without a pointer.</summary>
public sealed class KeyboardJourney(RunningFlickr flickr, Chromium chromium)
{
    private const int TabsMax = 40;

    [Fact]
    [Trait("Requirement", "R118")]
    public async Task Everything_can_be_reached_and_done_by_keyboard_and_the_focus_is_always_seen()
    {
        await using var profile = await chromium.NewProfileAsync();
        var page = await profile.NewPageAsync();
        // Whoever listens makes Chromium hand its choosers over. Asked for only when the key is pressed, that can come too late.
        page.FileChooser += (_, _) => { };
        await using var person = new Person(flickr, profile, page, "keyboard");
        await SignUpAsync(person);
        await TabToAsync(page, "#album");
        await page.Keyboard.TypeAsync("keys");
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"{flickr.Photos}/keyboard/keys");
        await UploadAsync(page);

        await TabToAsync(page, ".grid li:first-child a");
        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(page.Locator(".grid li:nth-child(2) a")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowLeft");
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(person.Do("close")).ToBeFocusedAsync();
        await person.SeeViewedPictureAsync();

        await page.Keyboard.PressAsync("f");
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "true");
        await GiveTitleAsync(person);
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(person.Viewer.Locator(".panel")).ToBeHiddenAsync();
        await Assertions.Expect(person.Do("info")).ToBeFocusedAsync();

        await page.Keyboard.PressAsync("ArrowRight");
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "false");
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(person.Viewer).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator(".grid li:nth-child(2) a")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator(".grid li:first-child img")).ToHaveAttributeAsync("alt", "By hand, no mouse");
    }

    private async Task SignUpAsync(Person person)
    {
        await person.GoAsync("/signup");
        await Assertions.Expect(person.Page.Locator("input[name=name]")).ToBeFocusedAsync();
        await person.Page.Keyboard.TypeAsync(person.Name);
        await person.Page.Keyboard.PressAsync("Tab");
        await person.Page.Keyboard.TypeAsync(Person.Password);
        await person.Page.Keyboard.PressAsync("Enter");
        await person.Page.WaitForURLAsync($"{flickr.Photos}/{person.Name}");
    }

    private static async Task UploadAsync(IPage page)
    {
        await TabToAsync(page, "#files");
        var chooser = await page.RunAndWaitForFileChooserAsync(() => page.Keyboard.PressAsync("Space"));
        await chooser.SetFilesAsync(new[] { "photos/rocket.jpg", "derived/lossy.webp" }.Select(Samples.File));
        await Assertions.Expect(page.Locator(".grid li[data-hd]")).ToHaveCountAsync(2, new() { Timeout = 30_000 });
    }

    private static async Task GiveTitleAsync(Person person)
    {
        await person.Page.Keyboard.PressAsync("i");
        await Assertions.Expect(person.Do("info")).ToHaveAttributeAsync("aria-expanded", "true");
        await Assertions.Expect(person.Viewer.Locator(".facts dd").First).ToBeVisibleAsync();
        await TabToAsync(person.Page, "[name=title]");
        await person.Page.Keyboard.TypeAsync("By hand, no mouse"); // has an f, an i and an o: no key of the viewer's may act
        await person.Page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(person.Viewer.Locator(".facts [role=status]")).ToHaveTextAsync("Saved.");
        await Assertions.Expect(person.Viewer.Locator(".title")).ToHaveTextAsync("By hand, no mouse");
        await Assertions.Expect(person.Do("favourite")).ToHaveAttributeAsync("aria-pressed", "true");
        await person.PictureAsync("keyboard-panel.png");
    }

    /// <summary>Presses Tab until the focus is there; on the way every stop must show that it has the focus.</summary>
    private static async Task TabToAsync(IPage page, string selector)
    {
        for (var i = 0; i < TabsMax; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            var at = await page.EvaluateAsync<FocusStop>(
                """
                selector => {
                    const at = document.activeElement;
                    const shown = at.type === 'file' ? at.nextElementSibling : at;
                    return { isThere: at.matches(selector), isSeen: at === document.body || getComputedStyle(shown).outlineStyle !== 'none', what: at.outerHTML.slice(0, 120) };
                }
                """, selector);
            Assert.True(at.IsSeen, $"the focus cannot be seen on {at.What}");
            if (at.IsThere)
            {
                return;
            }
        }
        Assert.Fail($"{TabsMax} tabs do not reach {selector}");
    }

    private sealed class FocusStop
    {
        public bool IsThere { get; set; }

        public bool IsSeen { get; set; }

        public string What { get; set; } = "";
    }
}
