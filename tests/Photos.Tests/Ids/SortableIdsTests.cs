using Flickr.Photos.Ids;
using Microsoft.Extensions.Time.Testing;

namespace Flickr.Photos.Tests.Ids;

public sealed class SortableIdsTests
{
    [Fact, Trait("Requirement", "R020")]
    public void Ids_of_one_process_are_always_in_order_and_never_the_same()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000));
        var ids = new SortableIds(time);
        var made = new List<string>();
        for (var i = 0; i < 3_000; i++)
        {
            made.Add(ids.Next());
            if (i % 100 == 0)
            {
                time.Advance(TimeSpan.FromMilliseconds(1));
            }
        }

        Assert.Equal(made.Order(StringComparer.Ordinal), made);
        Assert.Equal(made.Count, made.Distinct().Count());
        Assert.All(made, id => Assert.Matches("^[0-7][0-9A-HJKMNP-TV-Z]{25}$", id));
    }

    [Fact]
    public async Task Many_threads_get_different_ids()
    {
        var ids = new SortableIds(TimeProvider.System);

        var made = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 2_000).Select(_ => ids.Next()).ToList())));

        Assert.Equal(16_000, made.SelectMany(list => list).Distinct().Count());
    }
}
