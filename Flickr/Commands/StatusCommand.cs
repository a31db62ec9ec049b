using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Flickr.Client;
using Flickr.Watch;

namespace Flickr.Commands;

/// <summary><c>flickr status</c> and <c>flickr alerts</c>: what every program says of itself on its admin listener.</summary>
internal static class StatusCommand
{
    /// <summary>The option that shifts all ports.</summary>
    internal static Option<int> PortBase() => new("--port-base")
    {
        Description = "Port of Photos, as given to flickr up [8080]",
        DefaultValueFactory = _ => AdminListener.DefaultPortBase,
        HelpName = "PORT",
    };

    /// <summary>The option that names admin listeners.</summary>
    internal static Option<string[]> Admin() => new("--admin")
    {
        Description = "Admin listener to ask; repeat for several [those of flickr up]",
        HelpName = "URL",
    };

    /// <summary><c>flickr status</c>.</summary>
    public static Command Create(Terminal terminal)
    {
        var (portBase, admin) = (PortBase(), Admin());
        return new Command("status", "Whether every program is ready, and what it tells of itself") { portBase, admin }
            .Does("flickr status", async (parsed, cancellationToken) =>
            {
                var answers = await AskAsync(parsed.GetValue(admin), parsed.GetValue(portBase), cancellationToken);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(Document(answers, status => status), ClientJson.Default.JsonElement);
                }
                else
                {
                    terminal.WriteTable(["program", "ready", "version", "up", "alerts", "page"], answers.Select(Row));
                }
                return answers.All(IsReady) ? ExitCodes.Done : ExitCodes.Failed;
            });
    }

    /// <summary><c>flickr alerts</c>.</summary>
    public static Command CreateAlerts(Terminal terminal)
    {
        var (portBase, admin) = (PortBase(), Admin());
        var all = new Option<bool>("--all") { Description = "Those that are well too" };
        return new Command("alerts", "What is wrong now, as the programs judge it") { portBase, admin, all }
            .Does("flickr alerts", async (parsed, cancellationToken) =>
            {
                var answers = await AskAsync(parsed.GetValue(admin), parsed.GetValue(portBase), cancellationToken);
                if (parsed.GetValue(Switches.Json))
                {
                    terminal.WriteJson(Document(answers, status => status.GetProperty("alerts")), ClientJson.Default.JsonElement);
                }
                else
                {
                    var isAll = parsed.GetValue(all);
                    terminal.WriteTable(["program", "state", "alert", "value", "meaning"],
                        answers.SelectMany(answer => Alerts(answer, isAll)));
                }
                var isQuiet = answers.All(answer => answer.Status is not null && !IsFiring(answer));
                return isQuiet ? ExitCodes.Done : ExitCodes.Failed;
            });
    }

    private static async Task<IReadOnlyList<AdminAnswer>> AskAsync(string[]? given, int portBase,
        CancellationToken cancellationToken) => await Task.WhenAll(AdminListener.Of(given, portBase)
            .Select(node => AdminListener.AskAsync(node.Name, node.Address, TimeProvider.System, cancellationToken)));

    private static bool IsReady(AdminAnswer answer) => answer.Status?.GetProperty("isReady").GetBoolean() == true;

    private static bool IsFiring(AdminAnswer answer) => answer.Status?.GetProperty("alerts").EnumerateArray()
        .Any(alert => alert.GetProperty("state").GetString() == "firing") == true;

    private static IReadOnlyList<string> Row(AdminAnswer answer)
    {
        if (answer.Status is not { } status)
        {
            return [answer.Name, "does not answer", "", "", "", answer.Address.ToString()];
        }
        var firing = status.GetProperty("alerts").EnumerateArray()
            .Count(alert => alert.GetProperty("state").GetString() == "firing");
        return [answer.Name, IsReady(answer) ? "yes" : "NO", status.GetProperty("version").GetString() ?? "",
            TimeSpan.FromSeconds(status.GetProperty("upSeconds").GetInt64()).ToString("c", CultureInfo.InvariantCulture),
            firing.ToString(CultureInfo.InvariantCulture), new Uri(answer.Address, "/status").ToString()];
    }

    private static IEnumerable<IReadOnlyList<string>> Alerts(AdminAnswer answer, bool isAll) => answer.Status is not { } status
        ? [[answer.Name, "unknown", "", "", "does not answer"]]
        : status.GetProperty("alerts").EnumerateArray().Where(alert => isAll || alert.GetProperty("state").GetString() != "ok")
            .Select(alert => (IReadOnlyList<string>)[answer.Name, alert.GetProperty("state").GetString()!,
                alert.GetProperty("name").GetString()!,
                alert.GetProperty("value").ValueKind == JsonValueKind.Number ? alert.GetProperty("value").ToString() : "-",
                alert.GetProperty("summary").GetString()!]);

    private static JsonElement Document(IReadOnlyList<AdminAnswer> answers, Func<JsonElement, JsonElement> part)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes))
        {
            writer.WriteStartArray();
            foreach (var answer in answers)
            {
                writer.WriteStartObject();
                writer.WriteString("name", answer.Name);
                writer.WriteString("admin", answer.Address.ToString());
                writer.WriteBoolean("answers", answer.Status is not null);
                if (answer.Status is { } status)
                {
                    writer.WritePropertyName("said");
                    part(status).WriteTo(writer);
                }
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        }
        using var document = JsonDocument.Parse(bytes.ToArray());
        return document.RootElement.Clone();
    }
}
