using System.CommandLine;
using System.Globalization;
using System.Reflection;
using Flickr.Client;
using Flickr.ControlPlane;
using Flickr.Move;
using Flickr.Photos;
using Flickr.Sql;

namespace Flickr.Commands;

/// <summary><c>flickr move</c>: a program's database from SQLite to PostgreSQL.</summary>
internal static class MoveCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        var program = new Argument<string>("program") { Description = "photos or control-plane" };
        program.AcceptOnlyFromAmong("photos", "control-plane");
        var from = new Option<string>("--from") { Description = "The SQLite file", HelpName = "FILE", Required = true };
        var to = new Option<string>("--to")
        {
            Description = "Connection string of an empty PostgreSQL database",
            HelpName = "STRING",
            Required = true,
        };
        return new Command("move", "Move a database from SQLite to PostgreSQL and check every row (program stopped)")
        {
            program, from, to,
        }.Does("flickr move photos --from /var/lib/flickr/photos/photos.db --to 'Host=db;Database=photos;Username=flickr'",
            async (parsed, cancellationToken) =>
            {
                if (!File.Exists(parsed.GetValue(from)))
                {
                    throw new WrongUseException($"there is no file {parsed.GetValue(from)}");
                }
                await using var source = Database.Open($"Data Source={parsed.GetValue(from)}", TimeProvider.System);
                await using var target = Database.Open(parsed.GetValue(to)!, TimeProvider.System);
                if (target.Engine != SqlEngine.PostgreSql)
                {
                    throw new WrongUseException("--to is not a PostgreSQL connection string (Host=…)");
                }
                var schema = SchemaOf(parsed.GetValue(program)!);
                var moved = await MoveAsync(source, target, schema, cancellationToken);
                Write(terminal, parsed.GetValue(Switches.Json), moved);
                return ExitCodes.Done;
            });
    }

    private static async Task<IReadOnlyList<MovedTable>> MoveAsync(Database source, Database target, Assembly schema,
        CancellationToken cancellationToken)
    {
        var freshFile = Path.Combine(Directory.CreateTempSubdirectory("flickr-move-").FullName, "fresh.db");
        try
        {
            // Both on the schema of this build, so that their columns are the same.
            await Migrations.ApplyAsync(source, schema, cancellationToken);
            await Migrations.ApplyAsync(target, schema, cancellationToken);
            await using var fresh = Database.Open($"Data Source={freshFile}", TimeProvider.System);
            await Migrations.ApplyAsync(fresh, schema, cancellationToken);
            return await new TableMove(source, target, fresh).RunAsync(cancellationToken);
        }
        catch (Exception fault) when (fault is InvalidOperationException or System.Data.Common.DbException)
        {
            throw new IOException("nothing was moved: " + fault.Message, fault);
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(freshFile)!, recursive: true);
        }
    }

    private static Assembly SchemaOf(string program) => program == "photos"
        ? typeof(PhotosProgram).Assembly : typeof(ControlPlaneProgram).Assembly;

    private static void Write(Terminal terminal, bool isJson, IReadOnlyList<MovedTable> moved)
    {
        if (isJson)
        {
            terminal.WriteJson(moved, ClientJson.Default.IReadOnlyListMovedTable);
            return;
        }
        terminal.WriteTable(["table", "rows", "SHA-256 of both sides"], moved.Select(table => (IReadOnlyList<string>)
            [table.Table, table.Rows.ToString(CultureInfo.InvariantCulture), table.Hash]));
    }
}
