using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Flickr.Sql;

/// <summary>
/// Applies numbered SQL files in order, once each. The files are embedded resources named <c>0001_users.sql</c> (both
/// engines) or <c>0001_users.sqlite.sql</c> and <c>0001_users.pg.sql</c>.
/// </summary>
public static partial class Migrations
{
    private const long AdvisoryLock = 0x466C69636B72; // "Flickr"

    /// <summary>
    /// Brings the schema of <paramref name="database"/> up to what <paramref name="assembly"/> holds. All in one
    /// transaction under one lock, so several processes may start together and a failure leaves the old schema.
    /// </summary>
    /// <returns>How many files were applied now.</returns>
    /// <exception cref="InvalidOperationException">A file that was applied before has changed since, or a number is missing or doubled.</exception>
    public static Task<int> ApplyAsync(Database database, Assembly assembly, CancellationToken cancellationToken = default)
    {
        var files = FilesFor(database.Engine, assembly);
        return database.WriteAsync(async session =>
        {
            if (session.Engine == SqlEngine.PostgreSql)
            {
                await session.ExecuteAsync("SELECT pg_advisory_xact_lock(@key)", new { key = AdvisoryLock });
            }
            await session.ExecuteAsync(Ledger);
            var applied = (await session.QueryAsync<AppliedFile>("SELECT number, name, sha256 FROM schema_migration"))
                .ToDictionary(file => file.Number);
            var count = 0;
            foreach (var file in files)
            {
                if (applied.TryGetValue(file.Number, out var before))
                {
                    if (before.Sha256 != file.Sha256)
                    {
                        throw new InvalidOperationException(
                            $"migration {file.Number:0000}_{file.Name} was applied as '{before.Name}' and has changed since: write a new one");
                    }
                    continue;
                }
                await session.ExecuteAsync(file.Sql);
                await session.ExecuteAsync(
                    "INSERT INTO schema_migration (number, name, sha256) VALUES (@Number, @Name, @Sha256)",
                    new { file.Number, file.Name, file.Sha256 });
                count++;
            }
            return count;
        }, cancellationToken);
    }

    private const string Ledger =
        """
        CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS lease (
            name TEXT PRIMARY KEY, owner TEXT NOT NULL, fence BIGINT NOT NULL, expires_ms BIGINT NOT NULL);
        """;

    private static List<MigrationFile> FilesFor(SqlEngine engine, Assembly assembly)
    {
        var suffix = engine == SqlEngine.Sqlite ? "sqlite" : "pg";
        var files = new List<MigrationFile>();
        foreach (var resource in assembly.GetManifestResourceNames())
        {
            var match = FileName().Match(resource);
            if (match.Success && (match.Groups["engine"].Value is "" || match.Groups["engine"].Value == suffix))
            {
                files.Add(MigrationFile.Read(assembly, resource, match));
            }
        }
        files.Sort((a, b) => a.Number.CompareTo(b.Number));
        for (var i = 0; i < files.Count; i++)
        {
            if (files[i].Number != i + 1)
            {
                throw new InvalidOperationException(
                    $"{assembly.GetName().Name}: migration {i + 1:0000} for {engine} is missing or doubled (found {files[i].Number:0000}_{files[i].Name})");
            }
        }
        return files;
    }

    [GeneratedRegex(@"(^|\.)(?<number>\d{4})_(?<name>[a-z0-9_]+)(\.(?<engine>sqlite|pg))?\.sql$", RegexOptions.ExplicitCapture)]
    private static partial Regex FileName();

    private sealed record AppliedFile(long Number, string Name, string Sha256);

    private sealed record MigrationFile(long Number, string Name, string Sql, string Sha256)
    {
        public static MigrationFile Read(Assembly assembly, string resource, Match match)
        {
            using var stream = assembly.GetManifestResourceStream(resource)!;
            using var reader = new StreamReader(stream, Encoding.UTF8);
            var sql = reader.ReadToEnd().ReplaceLineEndings("\n");
            return new MigrationFile(
                long.Parse(match.Groups["number"].ValueSpan, provider: null),
                match.Groups["name"].Value,
                sql,
                Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(sql))));
        }
    }
}
