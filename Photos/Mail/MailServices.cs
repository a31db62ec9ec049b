using Microsoft.Extensions.Options;

namespace Flickr.Photos.Mail;

/// <summary>Registration of the letters.</summary>
internal static class MailServices
{
    public static void AddMail(this IServiceCollection services)
    {
        services.AddOptions<MailOptions>().BindConfiguration("Photos:Mail").ValidateOnStart();
        services.AddSingleton<IValidateOptions<MailOptions>, MailOptionsValidator>();
        services.AddSingleton<LetterBox>();
        services.AddHostedService(provider => provider.GetRequiredService<LetterBox>());
    }
}
