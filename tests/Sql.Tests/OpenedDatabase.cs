using Flickr.Postgres;

namespace Flickr.Sql.Tests;

/// <summary>A migrated database of the asked engine, gone after the test.</summary>
internal sealed class OpenedDatabase : IAsyncDisposable
{
    private readonly string? _folder;

    private OpenedDatabase(Database database, string? folder)
    {
        Database = database;
        _folder = folder;
    }

    public Database Database { get; }

    public static async Task<OpenedDatabase> OpenAsync(SqlEngine engine, TimeProvider? time = null)
    {
        string? folder = null;
        string connectionString;
        if (engine == SqlEngine.Sqlite)
        {
            folder = Directory.CreateTempSubdirectory("flickr-sql").FullName;
            connectionString = $"Data Source={folder}/nested/test.db";
        }
        else
        {
            Assert.SkipUnless(PostgresServer.IsInstalled, "not run: PostgreSQL is missing");
            connectionString = await PostgresServer.NewDatabaseAsync();
        }
        var database = Database.Open(connectionString, time ?? TimeProvider.System);
        await Migrations.ApplyAsync(database, typeof(OpenedDatabase).Assembly);
        return new OpenedDatabase(database, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        if (_folder is not null)
        {
            Directory.Delete(_folder, recursive: true);
        }
    }
}
