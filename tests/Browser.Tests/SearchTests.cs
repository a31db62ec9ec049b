using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>The page of search, in two languages.</summary>
public sealed class SearchTests(RunningFlickr flickr, Chromium chromium)
{
    [Fact]
    [Trait("Requirement", "R016")]
    public async Task A_Korean_word_inside_a_title_is_found_and_what_is_elsewhere_is_not()
    {
        await using var person = await Person.SignUpAsync(flickr, chromium, "seeker", Screen.Phone with { Language = "ko-KR" });
        await person.OpenAlbumAsync("여행");
        await person.UploadAsync("photos/rocket.jpg", "photos/coffee.png");
        await person.OpenFirstPhotoAsync();
        await person.Do("info").ClickAsync();
        await person.Viewer.Locator("[name=title]").FillAsync("제주 바다의 저녁노을");
        await person.Viewer.Locator("[name=tags]").FillAsync("가족, 夕焼け");
        await person.Viewer.Locator(".facts button.main").ClickAsync();
        await Assertions.Expect(person.Viewer.Locator(".facts [role=status]")).ToHaveTextAsync("저장했습니다.");

        foreach (var (word, count) in new[] { ("노을", 1), ("가족", 1), ("夕焼", 1), ("coffee", 1), ("겨울", 0) })
        {
            await person.GoAsync("/search");
            await person.Page.Locator("main [name=q]").FillAsync(word);
            await person.Page.Keyboard.PressAsync("Enter");
            await person.Page.WaitForURLAsync($"**/search?q={Uri.EscapeDataString(word)}**");
            await person.PictureAsync($"search-{word}.png");
            await Assertions.Expect(person.Page.Locator(".grid li[data-hd]")).ToHaveCountAsync(count);
        }
        await Assertions.Expect(person.Page.Locator(".empty h2")).ToHaveTextAsync("찾지 못했습니다");
        await person.GoAsync($"/search?q={Uri.EscapeDataString("노을")}&from=2099-01-01");
        await Assertions.Expect(person.Page.Locator(".empty")).ToBeVisibleAsync();
    }
}
