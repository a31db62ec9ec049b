using System.Text.RegularExpressions;
using Xunit;

namespace Flickr.Tidy.Tests;

/// <summary>
/// Expand, then migrate, then contract: a build reads the schema of the next one, so that a rolling upgrade, and the way back,
/// need no standstill. A migration adds; what takes away says in its first line which release stopped using it.
/// </summary>
public sealed partial class MigrationsTests
{
    [Fact]
    [Trait("Requirement", "R124")]
    public void Migrations_only_add_or_say_which_release_made_it_safe_to_take_away()
    {
        var faults = Repository.Files.Where(file => file.EndsWith(".sql", StringComparison.Ordinal)
            && file.Contains("/Schema/", StringComparison.Ordinal)).SelectMany(file => Faults(file, Repository.Read(file))).ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("ALTER TABLE photo DROP COLUMN title;", 1)]
    [InlineData("ALTER TABLE photo RENAME COLUMN title TO name;", 1)]
    [InlineData("DROP TABLE photo;", 1)]
    [InlineData("ALTER TABLE photo ADD COLUMN colour TEXT NOT NULL;", 1)]
    [InlineData("-- contract: 0.2.0 no longer reads title\nALTER TABLE photo DROP COLUMN title;", 0)]
    [InlineData("ALTER TABLE photo ADD COLUMN colour TEXT NOT NULL DEFAULT '';", 0)]
    [InlineData("ALTER TABLE photo ADD COLUMN colour TEXT NULL;", 0)]
    [InlineData("CREATE TABLE a (b TEXT NOT NULL);", 0)]
    public void What_an_older_build_could_not_bear_is_seen(string sql, int faults) =>
        Assert.Equal(faults, Faults("x.sql", sql).Count());

    private static IEnumerable<string> Faults(string file, string sql) =>
        sql.StartsWith("-- contract:", StringComparison.Ordinal) ? []
        : TakesAway().Matches(sql).Select(match => $"{file}: {match.Value}")
            .Concat(AddsColumn().Matches(sql)
                .Where(match => match.Value.Contains("NOT NULL", StringComparison.OrdinalIgnoreCase)
                    && !match.Value.Contains("DEFAULT", StringComparison.OrdinalIgnoreCase))
                .Select(match => $"{file}: {match.Value} fails the inserts of the build before"));

    [GeneratedRegex(@"\b(DROP\s+(TABLE|COLUMN)|RENAME\s+(TO|COLUMN)|ALTER\s+COLUMN|TRUNCATE)\b[^;]*", RegexOptions.IgnoreCase)]
    private static partial Regex TakesAway();

    [GeneratedRegex(@"\bADD\s+COLUMN\b[^;]*", RegexOptions.IgnoreCase)]
    private static partial Regex AddsColumn();
}
