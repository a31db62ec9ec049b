using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Flickr.Tests.Documents;

/// <summary>The summaries of an assembly's types and properties, as Markdown in one line.</summary>
internal sealed partial class XmlDocs
{
    private readonly Dictionary<string, XElement> _summaries;

    private XmlDocs(Dictionary<string, XElement> summaries) => _summaries = summaries;

    /// <summary>Reads the file that the compiler wrote beside the assembly.</summary>
    public static XmlDocs Of(Assembly assembly) =>
        new(XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member")
            .Where(member => member.Element("summary") is not null)
            .ToDictionary(member => member.Attribute("name")!.Value, member => member.Element("summary")!));

    /// <summary>Null: it has none.</summary>
    public string? Of(Type type) => Text("T:" + NameOf(type));

    /// <summary>Null: it has none.</summary>
    public string? Of(PropertyInfo property) => Text($"P:{NameOf(property.DeclaringType!)}.{property.Name}");

    private static string NameOf(Type type) => type.FullName!.Replace('+', '.');

    private string? Text(string member) => _summaries.TryGetValue(member, out var summary)
        ? Spaces().Replace(string.Concat(summary.Nodes().Select(Markdown)), " ").Trim() : null;

    private static string Markdown(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "c" } code => $"`{code.Value}`",
        XElement { Name.LocalName: "see" } see when see.Attribute("cref") is { } target =>
            $"`{target.Value.Split('(')[0].Split('.')[^1]}`",
        XElement element => string.Concat(element.Nodes().Select(Markdown)),
        _ => "",
    };

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
}
