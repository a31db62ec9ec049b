using System.Threading.Channels;
using Flickr.Photos.Accounts;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace Flickr.Photos.Mail;

/// <summary>
/// Sends letters one after the other. What waits is in memory only: a letter that is lost is asked for again. Without a server,
/// or without a public address to put into them, none is sent: the address a request names could be an attacker's.
/// </summary>
public sealed class LetterBox(
    AccountStore accounts, PasswordResets resets, IOptions<MailOptions> options, IOptions<PhotosOptions> photos,
    PhotosMetrics metrics, ILogger<LetterBox> log) : BackgroundService
{
    private const int WaitingMax = 1_000;

    private readonly Channel<Letter> _waiting = Channel.CreateBounded<Letter>(
        new BoundedChannelOptions(WaitingMax) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Takes a letter, if one can be sent at all.</summary>
    public void TryPost(Letter letter)
    {
        if (options.Value.Host.Length > 0 && photos.Value.PublicAddress.Length > 0)
        {
            _waiting.Writer.TryWrite(letter);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await foreach (var letter in _waiting.Reader.ReadAllAsync(stoppingToken))
            {
                try
                {
                    await SendAsync(letter, stoppingToken);
                }
                catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
                {
                    metrics.LettersFailed.Inc();
                    PhotosLog.LetterFailed(log, fault);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            return; // the program stops
        }
    }

    private async Task SendAsync(Letter letter, CancellationToken stoppingToken)
    {
        if (await accounts.FindByNameAsync(letter.AccountName, stoppingToken) is not { Email: { } email } account)
        {
            return;
        }
        var (secret, _) = await resets.AddAsync(account, stoppingToken);
        using var message = new MimeMessage();
        message.From.Add(MailboxAddress.Parse(options.Value.From));
        message.To.Add(MailboxAddress.Parse(email));
        message.Subject = "New password / 새 비밀번호";
        message.Body = new TextPart("plain")
        {
            Text = $"""
                {photos.Value.PublicAddress.TrimEnd('/')}/reset/{secret}

                With this link you set a new password for {account.Name}. It works once, for one hour. If you did not ask for it, do nothing.
                이 링크로 {account.Name} 계정의 새 비밀번호를 정할 수 있습니다. 한 시간 동안 한 번만 쓸 수 있습니다. 요청하지 않았다면 무시하세요.
                """,
        };
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        stop.CancelAfter(options.Value.TimeMax);
        using var client = new SmtpClient();
        await client.ConnectAsync(options.Value.Host, options.Value.Port, options.Value.Security switch
        {
            MailSecurity.None => SecureSocketOptions.None,
            MailSecurity.Tls => SecureSocketOptions.SslOnConnect,
            _ => SecureSocketOptions.StartTls,
        }, stop.Token);
        if (options.Value.User.Length > 0)
        {
            await client.AuthenticateAsync(
                options.Value.User, PhotosOptions.KeyOf(options.Value.Password, options.Value.PasswordFile), stop.Token);
        }
        await client.SendAsync(message, stop.Token);
        await client.DisconnectAsync(quit: true, stop.Token);
        metrics.LettersSent.Inc();
    }
}

/// <summary>A letter with a link for a new password, to an account's address.</summary>
public sealed record Letter(string AccountName);
