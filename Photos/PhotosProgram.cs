using System.Text.Json;
using System.Text.Json.Serialization;
using Flickr.Discovery;
using Flickr.Listening;
using Flickr.Photos.Accounts;
using Flickr.Photos.Albums;
using Flickr.Photos.Collecting;
using Flickr.Photos.Comments;
using Flickr.Photos.Favourites;
using Flickr.Photos.Gallery;
using Flickr.Photos.Guarding;
using Flickr.Photos.Ids;
using Flickr.Photos.Imaging;
using Flickr.Photos.Invalidations;
using Flickr.Photos.Links;
using Flickr.Photos.Mail;
using Flickr.Photos.Minting;
using Flickr.Photos.Operating;
using Flickr.Photos.Origins;
using Flickr.Photos.Pages;
using Flickr.Photos.Problems;
using Flickr.Photos.Publishing;
using Flickr.Photos.Resumable;
using Flickr.Photos.Sagas;
using Flickr.Photos.Search;
using Flickr.Photos.Sharing;
using Flickr.Photos.Uploads;
using Flickr.Sql;
using Flickr.Tracing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Flickr.Photos;

/// <summary>Builds and runs the program. The <c>flickr</c> command calls <see cref="Build"/>, the executable <see cref="RunAsync"/>.</summary>
public static class PhotosProgram
{
    /// <summary>Builds the program without starting it.</summary>
    /// <param name="args">Command line settings, e.g. <c>--Photos:Listen=http://127.0.0.1:9000</c>.</param>
    /// <param name="settings">Settings that win over files, environment and <paramref name="args"/>; null for none.</param>
    /// <param name="services">Last word on the services, e.g. another lifetime; null for none.</param>
    public static WebApplication Build(string[] args, IConfiguration? settings = null, Action<IServiceCollection>? services = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(PhotosProgram).Assembly.GetName().Name,
        });
        if (settings is not null)
        {
            builder.Configuration.AddConfiguration(settings);
        }
        builder.AddDiscovery("photos");
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("System.Net.Http.HttpClient", LogLevel.Warning)
            .AddFilter("Microsoft.AspNetCore.DataProtection", LogLevel.Error); // says that the keys lie unencrypted: folder rights guard them
        var photos = builder.Configuration.GetSection("Photos").Get<PhotosOptions>() ?? new PhotosOptions();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(photos.Listen, photos.AdminListen));
        builder.Services.AddMembership(builder.Configuration, "Photos", "photos", "photos");
        AddPhotos(builder.Services, builder.Configuration.IsMember("Photos"));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseAdminListener(app.Services.GetRequiredService<PhotosMetrics>().Registry,
            () => app.Services.GetRequiredService<PhotosStart>().IsReady);
        app.UseRequestGuard(photos.EdgeAddress.Length > 0 ? photos.EdgeAddress : "http://127.0.0.1:8081");
        app.UseAuthentication();
        app.UseAuthorization();
        MapApi(app);
        app.MapPages();
        return app;
    }

    /// <summary>Runs until the process is told to stop. Returns the exit code.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        WebApplication app;
        try
        {
            app = Build(args);
        }
        catch (Exception fault) when (fault is OptionsValidationException or FormatException or IOException)
        {
            await Console.Error.WriteLineAsync($"photos: {fault.Message}");
            return 2;
        }
        await app.RunAsync();
        return 0;
    }

    private static void MapApi(WebApplication app)
    {
        var api = app.MapGroup("/api/v1");
        api.AddEndpointFilter(async (context, next) => RequestGuard.IsTrusted(context.HttpContext.Request)
            ? await next(context)
            : Problem.Result(403, "forged-request", $"Send the header '{RequestGuard.ForgeryHeader}: 1', or an API key."));
        api.AddEndpointFilter(async (context, next) => KeyScopes.Missing(context.HttpContext) is { } scope
            ? Problem.Result(403, "scope-missing", $"This API key does not have the scope '{scope}'.")
            : await next(context));
        api.MapGet("/server", (IOptions<PhotosOptions> options) => Results.Ok(new
        {
            Version = typeof(PhotosProgram).Assembly.GetName().Version?.ToString(3),
            Edge = options.Value.EdgeAddress,
            ControlPlane = options.Value.PublicControlPlane.Length > 0 ? options.Value.PublicControlPlane : options.Value.ControlPlane,
        }));
        api.MapAccounts();
        api.MapResumable();
        api.MapUploads();
        api.MapGallery();
        api.MapBatches();
        api.MapAlbums();
        api.MapShares();
        api.MapLinks();
        api.MapPasswordResets();
        api.MapComments();
        api.MapOperating();
        api.MapFavourites();
        api.MapSearch();
        AlbumMonths.Map(api);
        app.Map("/api/{**rest}", () => Problem.NotFound());
    }

    private static void AddPhotos(IServiceCollection services, bool isMember)
    {
        services.AddOptions<PhotosOptions>().BindConfiguration("Photos").ValidateOnStart();
        services.AddOptions<ImagingOptions>().BindConfiguration("Photos:Imaging").ValidateOnStart();
        services.AddOptions<SagaOptions>().BindConfiguration("Photos:Sagas").ValidateOnStart();
        services.AddOptions<UploadOptions>().BindConfiguration("Photos:Uploads").ValidateOnStart();
        services.AddOptions<RequestLimitOptions>().BindConfiguration("Photos:Limits").ValidateOnStart();
        services.AddOptions<MintingOptions>().BindConfiguration("Photos:Tokens").ValidateOnStart();
        services.AddOptions<CollectingOptions>().BindConfiguration("Photos:Collecting").ValidateOnStart();
        services.AddSingleton<IValidateOptions<CollectingOptions>, CollectingOptionsValidator>();
        services.AddOptions<GalleryOptions>().BindConfiguration("Photos:Gallery").ValidateOnStart();
        services.AddSingleton<IValidateOptions<GalleryOptions>, GalleryOptionsValidator>();
        services.AddSingleton<IValidateOptions<PhotosOptions>, PhotosOptionsValidator>();
        services.AddSingleton<IValidateOptions<ImagingOptions>, ImagingOptionsValidator>();
        services.AddSingleton<IValidateOptions<SagaOptions>, SagaOptionsValidator>();
        services.AddSingleton<IValidateOptions<UploadOptions>, UploadOptionsValidator>();
        services.AddSingleton<IValidateOptions<RequestLimitOptions>, RequestLimitOptionsValidator>();
        services.AddSingleton<IValidateOptions<MintingOptions>, MintingOptionsValidator>();
        services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
            json.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
        });
        services.AddProblemDetails();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<PhotosFolders>();
        services.AddSingleton<PhotosMetrics>();
        services.AddTracing("Photos");
        services.AddListeners("Photos", isForPeople: true, provider => provider.GetRequiredService<PhotosMetrics>().Registry);
        services.AddSingleton<SortableIds>();
        services.AddSingleton(provider =>
        {
            var configured = provider.GetRequiredService<IOptions<PhotosOptions>>().Value.Database;
            var folders = provider.GetRequiredService<PhotosFolders>();
            return Database.Open(configured.Length > 0 ? configured : folders.DefaultDatabase, provider.GetRequiredService<TimeProvider>());
        });
        AddRooms(services, isMember);
    }

    private static void AddRooms(IServiceCollection services, bool isMember)
    {
        services.AddSignIn();
        services.AddSingleton<AccountStore>();
        services.AddSingleton<OperatorKey>();
        services.AddSingleton<RequestLimits>();
        services.AddHttpClient<OriginClient>(client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(provider => isMember
                ? provider.GetRequiredService<NodeIdentity>().NewHandler("origin")
                : new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2) });
        var controlPlane = services.AddHttpClient<ControlPlaneClient>(client => client.Timeout = TimeSpan.FromSeconds(40));
        if (isMember)
        {
            controlPlane.ConfigurePrimaryHttpMessageHandler(provider =>
                provider.GetRequiredService<NodeIdentity>().NewHandler("control-plane"));
        }
        services.AddSingleton<MintKeys>();
        services.AddSingleton<EdgeAddresses>();
        services.AddSingleton<PoisonList>();
        services.AddSingleton<ImageWorkerPool>();
        services.AddSingleton<VariantStore>();
        services.AddSingleton<SecondFormatSaga>();
        services.AddSingleton<OriginalFiles>();
        services.AddSingleton<LinkWriter>();
        services.AddSingleton<AlbumDocument>();
        services.AddSingleton<UploadRows>();
        services.AddSingleton<UploadIntake>();
        services.AddResumable();
        services.AddSingleton<PhotoItems>();
        services.AddSingleton<AlbumCards>();
        services.AddSingleton<AlbumChanges>();
        services.AddSingleton<AlbumChangeSaga>();
        services.AddSingleton<PhotoPages>();
        services.AddSingleton<ShareStore>();
        services.AddSingleton<AlbumShares>();
        services.AddSingleton<LinkStore>();
        services.AddSingleton<LinkPass>();
        services.AddSingleton<PasswordResets>();
        services.AddMail();
        services.AddSingleton<CommentStore>();
        services.AddSingleton<FavouriteStore>();
        services.AddSingleton<OriginalAddresses>();
        services.AddHostedService<BlobCollector>();
        services.AddSearch();
        services.AddPages();
        services.AddSingleton<PhotoChanges>();
        AddSagas(services);
        services.AddSingleton<PhotosStart>();
        services.AddHostedService(provider => provider.GetRequiredService<PhotosStart>());
    }

    private static void AddSagas(IServiceCollection services)
    {
        services.AddSingleton<UploadSaga>();
        services.AddSingleton<PhotoChangeSaga>();
        services.AddSingleton<OwnerChangeSaga>();
        services.AddSingleton<RelinkSaga>();
        services.AddSingleton(provider => provider.GetRequiredService<UploadSaga>().Define());
        services.AddSingleton(provider => provider.GetRequiredService<PhotoChangeSaga>().Define());
        services.AddSingleton(provider => provider.GetRequiredService<OwnerChangeSaga>().Define());
        services.AddSingleton(provider => provider.GetRequiredService<RelinkSaga>().Define());
        services.AddSingleton(provider => provider.GetRequiredService<AlbumChangeSaga>().Define());
        services.AddSingleton(provider => provider.GetRequiredService<SecondFormatSaga>().Define());
        services.AddSingleton<SagaStore>();
        services.AddSingleton(provider => new SagaEngine(
            provider.GetRequiredService<Database>(), provider.GetRequiredService<SagaStore>(),
            provider.GetServices<SagaDefinition>(), provider.GetRequiredService<IOptions<SagaOptions>>(),
            provider.GetRequiredService<PhotosMetrics>(), provider.GetRequiredService<ILogger<SagaEngine>>(),
            provider.GetRequiredService<ProgramTrace>(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService(provider => provider.GetRequiredService<SagaEngine>());
    }
}
