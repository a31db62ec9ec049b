using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using Flickr.ControlPlane.Edges;
using Flickr.ControlPlane.Keys;
using Flickr.Fleet.Streaming;

namespace Flickr.ControlPlane.Page;

/// <summary>
/// The page as HTML. Everything that is not a constant here goes through <see cref="Text"/>.
/// </summary>
internal static class OperatorView
{
    private const string Style =
        """
        :root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
        body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
        table { border-collapse: collapse; width: 100%; margin-bottom: 1.5rem; }
        caption { text-align: left; font-weight: 600; font-size: 1.15rem; padding: .5rem 0; }
        th, td { text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #8885; vertical-align: top; }
        td { overflow-wrap: anywhere; }
        form.row { display: flex; flex-wrap: wrap; gap: .6rem; align-items: end; margin-bottom: 1.5rem; }
        label { display: grid; gap: .2rem; }
        label.check { display: flex; gap: .4rem; align-items: center; }
        input, select, button { font: inherit; padding: .3rem .5rem; }
        .bad { color: #c62828; font-weight: 600; }
        .good { color: #2e7d32; }
        .note { padding: .6rem; border: 1px solid #8888; border-radius: .3rem; }
        header { display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; flex-wrap: wrap; }
        """;

    /// <summary>The style sheet.</summary>
    public static Task StyleAsync(HttpContext context)
    {
        context.Response.ContentType = "text/css; charset=utf-8";
        context.Response.Headers.CacheControl = "public, max-age=3600";
        return context.Response.WriteAsync(Style, context.RequestAborted);
    }

    /// <summary>The form to sign in.</summary>
    public static string SignIn(string? problem) => Document("Sign in",
        $"""
        <main><h1>Flickr control plane</h1>
        {(problem is null ? "" : $"<p class=\"note bad\" role=\"alert\">{Text(problem)}</p>")}
        <form class="row" method="post" action="/sign-in">
        <label>Operator key <input name="key" type="password" autocomplete="current-password" required autofocus></label>
        <button>Sign in</button></form></main>
        """);

    /// <summary>A refusal.</summary>
    public static string Refused(string problem) => Document("Refused",
        $"<main><h1>Refused</h1><p class=\"note bad\" role=\"alert\">{Text(problem)}</p><p><a href=\"/\">Back</a></p></main>");

    /// <summary>The page.</summary>
    public static string Page(OperatorFacts facts)
    {
        var html = new StringBuilder();
        html.Append(CultureInfo.InvariantCulture,
            $"""
            <header><h1>Flickr control plane</h1>
            <p>Term {facts.Log.Term} · log at {facts.Log.Head} · keys at version {facts.Keys.Version} · audit {(
                facts.Audit.Holds
                    ? $"<span class=\"good\">holds over {facts.Audit.Count} lines</span>"
                    : $"<span class=\"bad\">broken at line {facts.Audit.FirstBreak}</span>")}</p>
            <form method="post" action="/sign-out">{Hidden(facts)}<button>Sign out</button></form></header><main>
            """);
        if (facts.Done.Length > 0)
        {
            html.Append(CultureInfo.InvariantCulture,
                $"<p class=\"note\" role=\"status\">{Text(facts.Done)}</p>");
        }
        Forms(html, facts);
        Invalidations(html, facts.Receipts);
        Members(html, facts);
        Keys(html, facts.Keys);
        return Document("Control plane", html.Append("</main>").ToString());
    }

    private static void Forms(StringBuilder html, OperatorFacts facts)
    {
        var kinds = string.Concat(KindNames.All.Select(kind => $"<option>{Text(kind)}</option>"));
        html.Append(CultureInfo.InvariantCulture,
            $"""
            <h2>Purge and revoke</h2>
            <form class="row" method="post" action="/purge">{Hidden(facts)}
            <label>Kind <select name="kind">{kinds}</select></label>
            <label>Value <input name="value" size="40" maxlength="2048"></label>
            <label>Epoch (owner) <input name="epoch" inputmode="numeric" size="8"></label>
            <label>Reason <input name="reason" size="24" maxlength="500"></label>
            <label class="check"><input type="checkbox" name="soft"> soft</label>
            <button>Purge</button></form>
            <h2>Rotate</h2>
            <form class="row" method="post" action="/rotate">{Hidden(facts)}
            <label>Algorithm <select name="algorithm"><option>ES256</option><option>HS256</option></select></label>
            <button>Rotate</button></form>
            """);
    }

    private static void Invalidations(StringBuilder html, IReadOnlyList<Receipt> receipts)
    {
        Head(html, "Last invalidations", "Sequence", "Receipt", "When", "What", "State", "Edges");
        foreach (var receipt in receipts)
        {
            var edges = receipt.Edges.Select(edge => edge.AcknowledgedMs is null
                ? $"{edge.Id}: harmless at {When(edge.HarmlessAtMs)}"
                : $"{edge.Id}: {edge.TookMs} ms");
            Row(html, Number(receipt.Sequence), Text(receipt.Id), When(receipt.AtMs),
                Text($"{receipt.Kind} {receipt.Value}"), Mark(receipt.State, receipt.State == "confirmed"),
                Text(string.Join("; ", edges)));
        }
        Foot(html);
    }

    private static void Members(StringBuilder html, OperatorFacts facts)
    {
        Head(html, "Members", "Edge", "Address", "Live", "Acknowledged", "Lag", "Keys");
        foreach (var edge in facts.Members.Edges)
        {
            Row(html, Text(edge.Id), Text(edge.Address), Mark(edge.Live ? "live" : "cut off", edge.Live),
                Number(edge.Acknowledged), $"{Number(edge.LagMs)} ms",
                Mark(Number(edge.KeysVersion), edge.KeysVersion == facts.Keys.Version));
        }
        Foot(html);
    }

    private static void Keys(StringBuilder html, KeyList keys)
    {
        Head(html, "Keys", "Key", "Algorithm", "State", "Made", "Mints since", "Verifies until", "Held by",
            "Waits for");
        foreach (var key in keys.Keys.Reverse())
        {
            Row(html, Text(key.Kid), Text(key.Algorithm), Mark(key.State, key.State != "compromised"),
                When(key.CreatedMs),
                When(key.ActivatedMs), When(key.NotAfterMs), Text(string.Join(", ", key.Acknowledged)),
                Text(string.Join(", ", key.WaitingFor)));
        }
        Foot(html);
    }

    private static void Head(StringBuilder html, string caption, params ReadOnlySpan<string> columns)
    {
        html.Append(CultureInfo.InvariantCulture, $"<table><caption>{Text(caption)}</caption><thead><tr>");
        foreach (var column in columns)
        {
            html.Append(CultureInfo.InvariantCulture, $"<th scope=\"col\">{Text(column)}</th>");
        }
        html.Append("</tr></thead><tbody>");
    }

    /// <summary>A row of cells that are HTML already.</summary>
    private static void Row(StringBuilder html, params ReadOnlySpan<string> cells)
    {
        html.Append("<tr>");
        foreach (var cell in cells)
        {
            html.Append(CultureInfo.InvariantCulture, $"<td>{cell}</td>");
        }
        html.Append("</tr>");
    }

    private static void Foot(StringBuilder html) => html.Append("</tbody></table>");

    private static string Mark(string text, bool good) =>
        $"<span class=\"{(good ? "good" : "bad")}\">{Text(text)}</span>";

    private static string Hidden(OperatorFacts facts) =>
        $"<input type=\"hidden\" name=\"form\" value=\"{Text(facts.FormToken)}\">";

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

    private static string When(long? ms) => ms is { } at
        ? DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture)
        : "";

    private static string Text(string text) => HtmlEncoder.Default.Encode(text);

    private static string Document(string title, string body) =>
        $"""
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>{Text(title)} · Flickr</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/operator.css"></head>
        <body>{body}</body></html>
        """;
}
