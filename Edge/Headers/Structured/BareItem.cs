namespace Flickr.Edge.Headers.Structured;

/// <summary>The types of a structured field's values (RFC 9651 section 3.3).</summary>
internal enum BareItemKind
{
    Integer,
    Decimal,
    String,
    Token,
    Binary,
    Boolean,
    Date,
    DisplayString,
}

/// <summary>
/// One value of a structured field. Only the member that its <see cref="Kind"/> names means something.
/// </summary>
internal readonly record struct BareItem
{
    public BareItemKind Kind { get; private init; }

    /// <summary>Of an Integer, or the Unix seconds of a Date.</summary>
    public long Number { get; private init; }

    public decimal Decimal { get; private init; }

    /// <summary>Of a String, Token or DisplayString, decoded.</summary>
    public string Text { get; private init; }

    public ReadOnlyMemory<byte> Bytes { get; private init; }

    public bool IsTrue { get; private init; }

    public static BareItem OfInteger(long value) => new() { Kind = BareItemKind.Integer, Number = value };
    public static BareItem OfDecimal(decimal value) => new() { Kind = BareItemKind.Decimal, Decimal = value };
    public static BareItem OfString(string value) => new() { Kind = BareItemKind.String, Text = value };
    public static BareItem OfToken(string value) => new() { Kind = BareItemKind.Token, Text = value };
    public static BareItem OfBinary(ReadOnlyMemory<byte> value) =>
        new() { Kind = BareItemKind.Binary, Bytes = value };
    public static BareItem OfBoolean(bool value) => new() { Kind = BareItemKind.Boolean, IsTrue = value };
    public static BareItem OfDate(long unixSeconds) =>
        new() { Kind = BareItemKind.Date, Number = unixSeconds };
    public static BareItem OfDisplayString(string value) =>
        new() { Kind = BareItemKind.DisplayString, Text = value };
}
