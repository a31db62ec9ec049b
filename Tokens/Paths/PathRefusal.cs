namespace Flickr.Tokens.Paths;

/// <summary>Why a raw request target is not canonical. Nothing is ever repaired: the sender must send the
/// canonical form.</summary>
public enum PathRefusal
{
    /// <summary>The target is canonical.</summary>
    None = 0,

    /// <summary>Empty, absolute-form, authority-form or <c>*</c>: anything that does not start with one
    /// slash.</summary>
    NotOriginForm,

    /// <summary>More than <see cref="CanonicalPath.LengthMax"/> characters, or more than
    /// <see cref="CanonicalPath.SegmentsMax"/> segments.</summary>
    TooLong,

    /// <summary>Two slashes in a row.</summary>
    EmptySegment,

    /// <summary>A segment <c>.</c> or <c>..</c>.</summary>
    DotSegment,

    /// <summary>A character that must be percent-encoded or has no place in a path: space, backslash,
    /// <c>;</c>, raw UTF-8 and the like.</summary>
    ForbiddenCharacter,

    /// <summary>A fragment (<c>#</c>); no client sends one.</summary>
    Fragment,

    /// <summary><c>%</c> without two hexadecimal digits after it.</summary>
    BadEscape,

    /// <summary>An escape with lower-case digits: a second spelling of the same byte.</summary>
    LowerCaseEscape,

    /// <summary>An escaped character that stands for itself unescaped: a second spelling.</summary>
    NeedlessEscape,

    /// <summary><c>%2F</c>, <c>%5C</c> or an escaped control character: no name holds these.</summary>
    ForbiddenEscape,

    /// <summary>An escaped percent sign before two hexadecimal digits: whoever decodes twice would see
    /// something else.</summary>
    DoubleEscape,

    /// <summary>The escaped bytes are not UTF-8.</summary>
    NotUtf8,

    /// <summary>The name is UTF-8 but not in Unicode Normalization Form C.</summary>
    NotNfc,

    /// <summary>More than <see cref="CanonicalTarget.QueryPairsMax"/> query pairs, or a query that is not
    /// plain ASCII.</summary>
    BadQuery,
}
