using System.Diagnostics;
using System.Security.Cryptography;

namespace Flickr.ControlPlane.Keys;

/// <summary>Wraps by a program of the operator's, such as a client of a key service. Called twice in a process's life at
/// most.</summary>
internal sealed class CommandKeyWrapper(IReadOnlyList<string> command, TimeProvider time) : IKeyWrapper
{
    private const int OutputMax = 16 << 10;
    private static readonly TimeSpan AnswerMax = TimeSpan.FromSeconds(30);

    /// <inheritdoc />
    public Task<byte[]> WrapAsync(byte[] dataKey, CancellationToken cancellationToken) =>
        RunAsync("wrap", dataKey, cancellationToken);

    /// <inheritdoc />
    public Task<byte[]> UnwrapAsync(byte[] wrapped, CancellationToken cancellationToken) =>
        RunAsync("unwrap", wrapped, cancellationToken);

    private async Task<byte[]> RunAsync(string verb, byte[] input, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), verb])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            UseShellExecute = false,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        using var due = new CancellationTokenSource(AnswerMax, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(due.Token, cancellationToken);
        try
        {
            await process.StandardInput.WriteAsync(Convert.ToBase64String(input).AsMemory(), both.Token);
            process.StandardInput.Close();
            var output = await process.StandardOutput.ReadToEndAsync(both.Token);
            await process.WaitForExitAsync(both.Token);
            return process.ExitCode == 0 && output.Length <= OutputMax
                ? Convert.FromBase64String(output.Trim())
                : throw new CryptographicException($"'{command[0]} {verb}' ended with {process.ExitCode}");
        }
        catch (FormatException fault)
        {
            throw new CryptographicException($"'{command[0]} {verb}' wrote no base64", fault);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }
}
