namespace Flickr.Tokens;

/// <summary>The one token of a request, not yet verified.</summary>
/// <param name="Form">Its form, by the place where it was found.</param>
/// <param name="Text">The token.</param>
public readonly record struct PresentedToken(TokenForm Form, string Text)
{
    /// <summary>The form only: a token in a log is a key in a log.</summary>
    public override string ToString() => $"{Form} token";
}
