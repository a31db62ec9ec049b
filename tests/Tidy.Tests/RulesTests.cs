using Xunit;

namespace Flickr.Tidy.Tests;

/// <summary>Each rule fails on what it forbids and lets the neighbouring good case through.</summary>
public sealed class RulesTests
{
    [Fact]
    public void A_file_of_401_lines_is_too_long_and_one_of_400_is_not()
    {
        var good = string.Concat(Enumerable.Repeat("// line\n", 400));

        Assert.Empty(Rules.LongFile("A.cs", good));
        Assert.Single(Rules.LongFile("A.cs", good + "// one more\n"));
    }

    [Fact]
    public void A_method_of_61_lines_is_too_long_wherever_it_stands()
    {
        static string Method(int inner) => "    public int Answer(\n        int x)\n    {\n" +
            string.Concat(Enumerable.Repeat("        if (x > 1) { x--; }\n", inner)) + "    }\n";
        static string Class(string member) =>
            "namespace A;\n\n/// <summary>x {</summary>\ninternal sealed class B\n{\n" +
            "    private const string S = \"{ not a brace }\";\n" + member + "}\n";

        Assert.Empty(Rules.LongMethods("A.cs", Class(Method(56))));
        Assert.Contains("61 lines", Assert.Single(Rules.LongMethods("A.cs", Class(Method(57)))),
            StringComparison.Ordinal);
        Assert.Single(Rules.LongMethods("A.cs", Class("    public int F() => Do(\n" +
            string.Concat(Enumerable.Repeat("        1,\n", 60)) + "        2);\n")));
    }

    [Fact]
    public void Braces_in_literals_and_comments_do_not_move_a_methods_end()
    {
        const string Source = """"
            namespace A;
            class B
            {
                void F()
                {
                    var a = "}"; var b = '}'; var c = $"{a}}}"; var d = @"""}"; // }
                    /* } */
                }

                void G()
                {
                }
            }
            """";

        var members = CSharpText.Blocks(Source).Where(block => !block.IsType).ToList();

        Assert.Equal([(4, 8), (10, 12)], members.Select(member => (member.FirstLine, member.LastLine)));
    }

    [Fact]
    public void A_second_public_type_may_share_a_file_only_while_it_is_small()
    {
        static string Type(string head, int lines) =>
            $"public {head}\n{{\n{string.Concat(Enumerable.Repeat("    // line\n", lines - 3))}}}\n\n";
        var first = "namespace A;\n\n" + Type("sealed class B", 60);

        Assert.Empty(Rules.PublicTypes("A.cs",
            first + Type("enum C", 30) + "public sealed record D(int X);\n"));
        Assert.Single(Rules.PublicTypes("A.cs", first + Type("sealed record C", 31)));
        Assert.Empty(Rules.PublicTypes("A.cs", first + Type("sealed record C", 31)
            .Replace("public", "internal", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("try { F(); } catch { }")]
    [InlineData("try { F(); } catch (Exception fault) { }")]
    [InlineData("try { F(); } catch (IOException) when (Is(this)) { /* nothing to do */ }")]
    public void An_empty_catch_is_found(string code)
    {
        Assert.Single(Rules.EmptyCatch("A.cs", code));
        Assert.Empty(Rules.EmptyCatch("A.cs", code.Replace("{ }", "{ G(); }", StringComparison.Ordinal)
            .Replace("{ /* nothing to do */ }", "{ G(); }", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_drawer_is_no_folder_name()
    {
        Assert.Single(Rules.DrawerFolder("Edge/Helpers/A.cs"));
        Assert.Single(Rules.DrawerFolder("Edge/utils/A.cs"));
        Assert.Empty(Rules.DrawerFolder("Edge/Collapse/Helpers.cs"));
    }

    [Fact]
    public void A_left_over_note_or_a_path_of_a_machine_is_found()
    {
        Assert.Single(Rules.ForbiddenWord("A.cs", "// TO" + "DO later"));
        Assert.Single(Rules.ForbiddenWord("A.md", "see /ro" + "ot/notes"));
        Assert.Empty(Rules.ForbiddenWord("A.cs", "// to do is a verb"));
    }

    [Fact]
    public void A_namespace_follows_its_folder()
    {
        Assert.Empty(Rules.FileScopedNamespace("Edge/Cache/A.cs", "namespace Flickr.Edge.Cache;\n",
            "Flickr.Edge.Cache"));
        Assert.Single(Rules.FileScopedNamespace("Edge/Cache/A.cs", "namespace Flickr.Edge;\n",
            "Flickr.Edge.Cache"));
    }

    [Fact]
    public void A_decision_note_without_its_cost_is_found()
    {
        const string Good =
            "# T\n## Asked\nx\n## Chosen\ny\n## What it costs\nz\n## What would change our mind\nw\n";

        Assert.Empty(Rules.DecisionNote("0001.md", Good));
        Assert.Single(Rules.DecisionNote("0001.md",
            Good.Replace("## What it costs\n", "", StringComparison.Ordinal)));
    }
}
