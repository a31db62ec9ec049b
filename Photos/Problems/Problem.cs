namespace Flickr.Photos.Problems;

/// <summary>Refusals as <c>application/problem+json</c> (RFC 9457). The names are listed in <c>docs/problems.md</c>.</summary>
public static class Problem
{
    private const string Prefix = "urn:flickr:problem:";

    /// <summary>The full type of a problem name.</summary>
    public static string TypeOf(string name) => Prefix + name;

    /// <summary>An answer.</summary>
    /// <param name="status">HTTP status.</param>
    /// <param name="name">Problem name, kebab-case.</param>
    /// <param name="title">One sentence for the person.</param>
    public static IResult Result(int status, string name, string title) =>
        Results.Problem(statusCode: status, type: TypeOf(name), title: title);

    /// <summary>An answer that says when to come back.</summary>
    public static IResult Later(HttpContext context, int status, string name, string title, TimeSpan retryAfter)
    {
        context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(retryAfter.TotalSeconds))
            .ToString(System.Globalization.CultureInfo.InvariantCulture);
        return Result(status, name, title);
    }

    public static IResult NotFound() => Result(404, "not-found", "There is nothing of that name that you may see.");

    public static IResult NotSignedIn() => Result(401, "not-signed-in", "Sign in, or send an API key.");

    public static IResult BadName(string what) =>
        Result(422, "bad-name", $"That cannot be the name of {what}: no slashes, no control characters, not only dots, at most 100 characters.");
}
