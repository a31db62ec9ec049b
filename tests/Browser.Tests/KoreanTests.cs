using Microsoft.Playwright;

namespace Flickr.Browser.Tests;

/// <summary>The pages for somebody whose browser asks for Korean.</summary>
public sealed class KoreanTests(RunningFlickr flickr, Chromium chromium)
{
    [Fact]
    [Trait("Requirement", "R118")]
    public async Task A_Korean_browser_gets_Korean_from_the_server_and_from_the_scripts()
    {
        await using var person = await Person.SignUpAsync(
            flickr, chromium, "minji", Screen.Desktop with { Language = "ko-KR", IsDark = true });
        await person.OpenAlbumAsync("바다");
        await Assertions.Expect(person.Page.Locator("html")).ToHaveAttributeAsync("lang", "ko");
        await person.UploadAsync("photos/rocket.jpg");
        await Assertions.Expect(person.Page.Locator("#uploads .total .text")).ToHaveTextAsync("1개 중 1개 게시됨");
        await person.SeeAllPicturesAsync();

        await person.OpenFirstPhotoAsync();
        await person.Do("info").ClickAsync();
        await Assertions.Expect(person.Viewer.Locator(".facts dt")).ToContainTextAsync(["파일", "소유자", "크기"]);
        await person.Viewer.GetByLabel("댓글 쓰기").FillAsync("노을이 정말 예뻐요.");
        await person.Viewer.GetByRole(AriaRole.Button, new() { Name = "보내기" }).ClickAsync();
        await Assertions.Expect(person.Viewer.Locator(".comments li p")).ToHaveTextAsync(["노을이 정말 예뻐요."]);
        await person.PictureAsync("korean-viewer.png");
        await person.Do("share").ClickAsync();
        await person.Page.Locator("dialog.share [name=user]").FillAsync("없는사람");
        await person.Page.Locator("dialog.share form.add button").ClickAsync();
        await Assertions.Expect(person.Page.Locator("dialog.share section:first-of-type [role=status]")).ToHaveTextAsync("그런 이름의 다른 사용자가 없습니다.");
        await person.PictureAsync("korean-share.png");

        await person.GoAsync("/account");
        Assert.DoesNotMatch(@"\b[A-Za-z]{3,}\b(?<!flickr)", await person.Page.Locator("main").InnerTextAsync());
    }
}
