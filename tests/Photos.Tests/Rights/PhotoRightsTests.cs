using CsCheck;
using Flickr.Photos.Rights;

namespace Flickr.Photos.Tests.Rights;

public sealed class PhotoRightsTests
{
    private static readonly Gen<(PhotoFacts Facts, string? Viewer)> Cases =
        from isOwnerPublic in Gen.Bool
        from isPhotoPublic in Gen.Bool
        from isPublished in Gen.Bool
        from isShared in Gen.Bool
        from isLinked in Gen.Bool
        from isHidden in Gen.Bool
        from viewer in Gen.Int[0, 2].Select(i => new[] { null, "owner", "friend" }[i])
        select (new PhotoFacts("owner", isOwnerPublic, isPhotoPublic, isPublished, isShared, isLinked, isHidden), viewer);

    // The table of requirements, part C 3, spelled a second time.
    [Fact, Trait("Requirement", "R008"), Trait("Requirement", "R009")]
    public void The_rule_table_holds() => Cases.Sample((facts, viewer) =>
    {
        var right = PhotoRights.Judge(facts, viewer);
        var expected = (viewer, facts.IsPublished && !facts.IsHidden, facts.IsOwnerPublic && facts.IsPhotoPublic,
            facts.IsLinked || (viewer == "friend" && facts.IsSharedWithViewer)) switch
        {
            ("owner", _, _, _) => PhotoRight.Owner,
            (_, false, _, _) => PhotoRight.None,
            (_, true, true, _) => PhotoRight.Public,
            (_, true, false, true) => PhotoRight.Shared,
            _ => PhotoRight.None,
        };
        Assert.Equal(expected, right);
    });

    [Fact, Trait("Requirement", "R009")]
    public void Making_anything_stricter_never_gives_more() => Cases.Sample((facts, viewer) =>
    {
        var before = PhotoRights.Judge(facts, viewer) != PhotoRight.None;
        foreach (var stricter in (PhotoFacts[])[
            facts with { IsOwnerPublic = false }, facts with { IsPhotoPublic = false },
            facts with { IsPublished = false }, facts with { IsSharedWithViewer = false }, facts with { IsLinked = false },
            facts with { IsHidden = true }])
        {
            Assert.True(before || PhotoRights.Judge(stricter, viewer) == PhotoRight.None);
        }
    });
}
