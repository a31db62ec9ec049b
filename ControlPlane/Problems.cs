using Microsoft.AspNetCore.Mvc;

namespace Flickr.ControlPlane;

/// <summary>Refusals as RFC 9457 problem details; the names are listed in <c>docs/problems.md</c>.</summary>
internal static class Problems
{
    /// <summary>For an endpoint to return.</summary>
    public static IResult Of(int status, string name, string detail) =>
        Results.Problem(detail, statusCode: status, type: $"urn:flickr:problem:{name}", title: name);

    /// <summary>For a middleware to write.</summary>
    public static Task WriteAsync(HttpContext context, int status, string name, string detail)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsJsonAsync(
            new ProblemDetails
            {
                Status = status,
                Type = $"urn:flickr:problem:{name}",
                Title = name,
                Detail = detail,
            },
            ControlPlaneJson.Default.ProblemDetails, "application/problem+json", context.RequestAborted);
    }
}
