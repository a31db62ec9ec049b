using Flickr.Photos.Uploads;
using Microsoft.Extensions.Options;

namespace Flickr.Photos.Resumable;

/// <summary>Registration of uploads in parts, and what clients are told of them.</summary>
internal static class ResumableServices
{
    private static readonly string[] Methods = ["POST", "HEAD", "PATCH", "DELETE", "OPTIONS"];

    public static void AddResumable(this IServiceCollection services)
    {
        services.AddOptions<ResumableOptions>().BindConfiguration("Photos:Resumable").ValidateOnStart();
        services.AddSingleton<IValidateOptions<ResumableOptions>, ResumableOptionsValidator>();
        services.AddSingleton<PartStore>();
        services.AddSingleton<TusEndpoints>();
    }

    public static void MapResumable(this IEndpointRouteBuilder routes)
    {
        routes.MapMethods("/tus", ["POST", "OPTIONS"], (HttpContext context, TusEndpoints tus) => tus.HandleAsync(context, null));
        routes.MapMethods("/tus/{id}", Methods[1..], (HttpContext context, TusEndpoints tus, string id) => tus.HandleAsync(context, id));
        routes.MapGet("/uploads/policy", (IOptions<UploadOptions> uploads, IOptions<ResumableOptions> resumable) => Results.Ok(new
        {
            uploads.Value.BytesMax,
            ResumableAboveBytes = resumable.Value.AboveBytes,
        }));
    }
}
