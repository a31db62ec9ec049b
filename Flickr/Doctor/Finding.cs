namespace Flickr.Doctor;

/// <summary>How much a finding matters.</summary>
internal enum FindingKind
{
    /// <summary>As it should be.</summary>
    Fine,

    /// <summary>It runs, but not as well or as safely as it could.</summary>
    Warning,

    /// <summary>It will not run, or will lose something.</summary>
    Wrong,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="What">What was looked at, e.g. <c>descriptors</c>.</param>
/// <param name="Kind">How it is.</param>
/// <param name="Text">What was seen and, when it is not fine, what to do.</param>
internal sealed record Finding(string What, FindingKind Kind, string Text)
{
    public static Finding Fine(string what, string text) => new(what, FindingKind.Fine, text);

    public static Finding Warning(string what, string text) => new(what, FindingKind.Warning, text);

    public static Finding Wrong(string what, string text) => new(what, FindingKind.Wrong, text);
}

/// <summary>All findings, as one document.</summary>
/// <param name="Ok">Whether nothing is wrong.</param>
/// <param name="Findings">What was found.</param>
internal sealed record DoctorReport(bool Ok, IReadOnlyList<FindingRow> Findings);

/// <summary>One finding in the document.</summary>
internal sealed record FindingRow(string What, string Kind, string Text);
