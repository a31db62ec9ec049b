using System.Text.Json;
using CsCheck;
using Flickr.Edge.Headers.Structured;

namespace Flickr.Edge.Tests.Headers;

/// <summary>The parsing cases of the structured field test suite, and their canonical forms.</summary>
public sealed class StructuredFieldTests
{
    public static TheoryData<string> Files() =>
    [
        "binary", "boolean", "date", "dictionary", "display-string", "examples", "item", "list", "listlist",
        "number",
        "param-dict", "param-list", "param-listlist", "string", "token",
    ];

    [Theory]
    [MemberData(nameof(Files))]
    public void Every_case_of_the_suite_is_read_and_written_as_it_says(string file)
    {
        using var cases = JsonDocument.Parse(File.ReadAllText(SharedFolder.Find("vectors",
            "structured-fields", file + ".json")));
        var failures = new List<string>();

        foreach (var test in cases.RootElement.EnumerateArray())
        {
            if (Check(test) is { } failure)
            {
                failures.Add($"{test.GetProperty("name").GetString()}: {failure}");
            }
        }

        Assert.Empty(failures);
    }

    [Fact]
    [Trait("Category", "Fuzz")]
    public void Any_text_is_read_or_refused_and_never_throws() =>
        Gen.String[Gen.OneOf(Gen.Char[' ', '~'],
        Gen.OneOf('"', '\\', ':', '(', ')', ';', '=', ',', '%', '@', '?', '\t')), 0, 60]
            .Sample(text =>
            {
                StructuredField.ParseList(text);
                StructuredField.ParseItem(text);
                var read = StructuredField.ParseDictionary(text);
                if (read is { Count: > 0 })
                {
                    var written = StructuredFieldWriter.Write(read);
                    Assert.Equal(written,
                        StructuredFieldWriter.Write(StructuredField.ParseDictionary(written)!));
                }
            }, iter: 50_000, time: Fuzz.Seconds);

    private static string? Check(JsonElement test)
    {
        var raw = string.Join(", ", test.GetProperty("raw").EnumerateArray()
            .Select(line => line.GetString()));
        var mustFail = test.TryGetProperty("must_fail", out var must) && must.GetBoolean();
        var canFail = test.TryGetProperty("can_fail", out var can) && can.GetBoolean();
        var (seen, written) = Read(test.GetProperty("header_type").GetString()!, raw);
        if (seen is null)
        {
            return mustFail || canFail ? null : $"'{raw}' was refused";
        }
        if (mustFail)
        {
            return $"'{raw}' was read as {seen}";
        }
        var expected = test.GetProperty("expected");
        using var read = JsonDocument.Parse(seen);
        if (!JsonElement.DeepEquals(read.RootElement, expected))
        {
            return $"'{raw}' was read as {seen}, not {expected}";
        }
        var canonical = string.Join(", ", (test.TryGetProperty("canonical", out var form) ? form
            : test.GetProperty("raw"))
            .EnumerateArray().Select(line => line.GetString()));
        return written == canonical ? null : $"written as '{written}', not '{canonical}'";
    }

    private static (string? Seen, string Written) Read(string type, string raw)
    {
        switch (type)
        {
            case "item":
                var item = StructuredField.ParseItem(raw);
                return item is null ? (null, "") : (JsonSerializer.Serialize(Form(item)),
                    StructuredFieldWriter.Write(item));
            case "list":
                var list = StructuredField.ParseList(raw);
                return list is null ? (null, "") : (JsonSerializer.Serialize(list.Select(Form)),
                    StructuredFieldWriter.Write(list));
            default:
                var entries = StructuredField.ParseDictionary(raw);
                return entries is null
                    ? (null, "")
                    : (JsonSerializer.Serialize(entries.Select(entry =>
                    new[] { entry.Key, Form(entry.Member) })),
                        StructuredFieldWriter.Write(entries));
        }
    }

    private static object Form(FieldMember member) => new[]
    {
        member.Inner is { } inner ? inner.Select(Form).ToArray() : Form(member.Item),
        member.Parameters.Select(parameter => new[] { parameter.Key, Form(parameter.Value) }).ToArray(),
    };

    private static object Form(BareItem item) => item.Kind switch
    {
        BareItemKind.Integer => item.Number,
        BareItemKind.Decimal => item.Decimal,
        BareItemKind.String => item.Text,
        BareItemKind.Boolean => item.IsTrue,
        BareItemKind.Token => new { __type = "token", value = item.Text },
        BareItemKind.Binary => new { __type = "binary", value = Base32(item.Bytes.Span) },
        BareItemKind.Date => new { __type = "date", value = item.Number },
        _ => new { __type = "displaystring", value = item.Text },
    };

    private static string Base32(ReadOnlySpan<byte> bytes)
    {
        const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var bits = string.Concat(bytes.ToArray().Select(octet => Convert.ToString(octet, 2).PadLeft(8, '0')));
        bits = bits.PadRight((bits.Length + 4) / 5 * 5, '0');
        var text = string.Concat(bits.Chunk(5).Select(five =>
            Alphabet[Convert.ToInt32(new string(five), 2)]));
        return text.PadRight((text.Length + 7) / 8 * 8, '=');
    }
}
