using System.Collections;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;

namespace Flickr.Tests.Documents;

/// <summary>
/// <c>docs/settings.md</c>, made from the options classes: a class is one when its summary names its section.
/// </summary>
internal sealed partial class SettingsPage
{
    private const string Head = """
        # Settings

        <!-- Written by tests/Flickr.Tests/Documents (FLICKR_WRITE_DOCS=1). Change the options classes instead. -->

        A setting is given to its program as an argument (`--Edge:Listen=http://0.0.0.0:8081`), as an environment
        variable (`Edge__Listen`, two underscores for each colon) or in `appsettings.json`; the argument wins, then the
        variable. A value outside its range stops the program at start with the setting's name and range. Times are
        written `days.hours:minutes:seconds`, e.g. `00:00:05`. `N` counts from 0.

        """;

    private readonly List<string> _undocumented = [];
    private readonly StringBuilder _text = new(Head);

    /// <summary>Settings without a doc line.</summary>
    public IReadOnlyList<string> Undocumented => _undocumented;

    public string Text => _text.ToString();

    /// <summary>Classes of an assembly whose summary names their section, with that section.</summary>
    public static IEnumerable<(Type Options, string Section)> Declared(Assembly assembly)
    {
        var docs = XmlDocs.Of(assembly);
        return assembly.GetTypes().Select(type => (type, Section().Match(docs.Of(type) ?? "")))
            .Where(found => found.Item2.Success)
            .Select(found => (found.type, SectionOf(assembly, found.Item2.Groups[1].Value)));
    }

    /// <summary>What is compiled into each program names its section <c>X:…</c>, with the program's name for X.</summary>
    private static string SectionOf(Assembly assembly, string section) =>
        section.StartsWith("X:", StringComparison.Ordinal)
            ? assembly.GetName().Name!.Split('.')[^1] + section[1..] : section;

    /// <summary>Adds the tables of one program.</summary>
    public void Add(string program, IEnumerable<(Type Options, string Section)> sections)
    {
        _text.Append(CultureInfo.InvariantCulture, $"\n## {program}\n");
        foreach (var (options, section) in sections.OrderBy(item => item.Section, StringComparer.Ordinal)
            .ThenBy(item => item.Options.FullName, StringComparer.Ordinal))
        {
            var docs = XmlDocs.Of(options.Assembly);
            _text.Append(CultureInfo.InvariantCulture, $"\n### `{section}`\n\n{docs.Of(options)}\n\n");
            _text.Append("| Setting | Default | Range | Meaning |\n|---|---|---|---|\n");
            AddRows(docs, options, section);
        }
    }

    private void AddRows(XmlDocs docs, Type options, string section)
    {
        var defaults = Activator.CreateInstance(options)!;
        foreach (var property in options.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.CanWrite).OrderBy(property => property.MetadataToken))
        {
            var meaning = docs.Of(property);
            if (meaning is null or "")
            {
                _undocumented.Add($"{options.FullName}.{property.Name}");
            }
            _text.Append(CultureInfo.InvariantCulture,
                $"| `{section}:{property.Name}` | {Default(property, defaults)} | {Range(property)} | {Cell(meaning)} |\n");
        }
    }

    private static string Default(PropertyInfo property, object owner) => property.GetValue(owner) switch
    {
        null or "" => "empty",
        string text => $"`{text}`",
        IEnumerable list => list.Cast<object>().Any()
            ? string.Join(", ", list.Cast<object>().Select(item => $"`{item}`")) : "empty",
        var value => Value(value, property.Name),
    };

    private static string Range(PropertyInfo property)
    {
        var isNeeded = property.IsDefined(typeof(RequiredAttribute)) ? "not empty" : "";
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (property.GetCustomAttribute<RangeAttribute>() is { } range)
        {
            return $"{Bound(range.Minimum, range, property)} to {Bound(range.Maximum, range, property)}";
        }
        if (property.GetCustomAttribute<RegularExpressionAttribute>() is { } pattern)
        {
            return Cell($"`{pattern.Pattern}`");
        }
        return type == typeof(bool) ? "true, false"
            : type.IsEnum ? string.Join(", ", Enum.GetNames(type).Select(name => $"`{name}`")) : isNeeded;
    }

    private static string Bound(object bound, RangeAttribute range, PropertyInfo property) =>
        Value(range.OperandType == typeof(TimeSpan) && bound is string text
            ? TimeSpan.Parse(text, CultureInfo.InvariantCulture) : bound, property.Name);

    private static string Value(object value, string name) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan time => Time(time),
        double whole when name.Contains("Bytes", StringComparison.Ordinal) => Bytes((long)whole),
        int or long or uint when name.Contains("Bytes", StringComparison.Ordinal) =>
            Bytes(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        IFormattable number when value is not Enum => number.ToString(
            value is double real && real != Math.Floor(real) ? "0.####" : "N0", CultureInfo.InvariantCulture),
        _ => $"`{value}`",
    };

    private static string Bytes(long bytes)
    {
        var unit = 0;
        while (bytes >= 1024 && bytes % 1024 == 0 && unit < 4)
        {
            (bytes, unit) = (bytes / 1024, unit + 1);
        }
        string[] units = ["", " KiB", " MiB", " GiB", " TiB"];
        return bytes.ToString("N0", CultureInfo.InvariantCulture) + units[unit];
    }

    private static string Time(TimeSpan time)
    {
        (TimeSpan Unit, string Name)[] units = [(TimeSpan.FromDays(1), "d"), (TimeSpan.FromHours(1), "h"),
            (TimeSpan.FromMinutes(1), "min"), (TimeSpan.FromSeconds(1), "s"), (TimeSpan.FromMilliseconds(1), "ms")];
        var fitting = units.Where(unit => time.Ticks % unit.Unit.Ticks == 0).ToList();
        return time == TimeSpan.Zero ? "0" : fitting.Count == 0 ? time.ToString("c", CultureInfo.InvariantCulture)
            : string.Create(CultureInfo.InvariantCulture, $"{time.Ticks / fitting[0].Unit.Ticks:N0} {fitting[0].Name}");
    }

    private static string Cell(string? text) => (text ?? "").Replace("|", "\\|", StringComparison.Ordinal);

    [GeneratedRegex(@"section `([A-Za-z0-9:]+)`")]
    private static partial Regex Section();
}
