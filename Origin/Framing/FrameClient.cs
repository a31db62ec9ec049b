using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Flickr.Listening;
using Flickr.Origin.Replication;

namespace Flickr.Origin.Framing;

/// <summary>
/// The calling end: one connection to one node, opened when it is needed and again after it broke. Thread-safe.
/// </summary>
internal sealed class FrameClient(Uri address, string key, TimeSpan connectTimeout, NodeIdentity identity) : IDisposable
{
    private readonly SemaphoreSlim _opening = new(1);
    private volatile FrameConnection? _connection;
    private volatile X509Certificate2? _member;
    private volatile bool _isDisposed;

    /// <summary>Sends a call and waits for its answer's body.</summary>
    /// <exception cref="PeerUnavailableException">The node did not answer, or refused the call.</exception>
    public async Task<ReadOnlyMemory<byte>> CallAsync(
        FrameOperation operation, ReadOnlyMemory<byte> body, TimeSpan timeout, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var connection = _connection is { IsBroken: false } open && !IsRemoved ? open : await OpenAsync(limit.Token);
            return await connection.CallAsync(operation, body, limit.Token);
        }
        catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PeerUnavailableException("No answer in time.", error);
        }
        catch (Exception error) when (error is IOException or SocketException or ObjectDisposedException or InvalidDataException)
        {
            throw new PeerUnavailableException(error.Message, error);
        }
    }

    public void Dispose()
    {
        _isDisposed = true;
        _connection?.Dispose();
    }

    /// <summary>Whether the member at the other end was removed while the connection stood.</summary>
    private bool IsRemoved => _member is { } member && identity.Judge(member) is null;

    private async Task<FrameConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_connection is { IsBroken: false } open && !IsRemoved)
            {
                return open;
            }
            _connection?.Dispose();
            var connection = await ConnectAsync(cancellationToken);
            _connection = connection;
            if (_isDisposed)
            {
                connection.Dispose();
            }
            return connection;
        }
        finally
        {
            _opening.Release();
        }
    }

    private async Task<FrameConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(connectTimeout);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address.DnsSafeHost, address.Port, limit.Token);
            var stream = await SecureAsync(new NetworkStream(socket, ownsSocket: true), limit.Token);
            var authorization = key.Length == 0 ? "" : $"Authorization: Bearer {key}\r\n";
            await stream.WriteAsync(Encoding.ASCII.GetBytes(
                $"GET /-/frames HTTP/1.1\r\nHost: {address.Authority}\r\n{authorization}"
                + $"Connection: Upgrade\r\nUpgrade: {FrameServer.Protocol}\r\n\r\n"), limit.Token);
            var reader = PipeReader.Create(stream);
            await ReadHeadAsync(reader, limit.Token);
            return new FrameConnection(stream, reader);
        }
        catch (Exception)
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>To a listener for members by mutual TLS; elsewhere as it is.</summary>
    private async Task<Stream> SecureAsync(NetworkStream plain, CancellationToken cancellationToken)
    {
        if (address.Scheme != Uri.UriSchemeHttps)
        {
            return plain;
        }
        var secure = new SslStream(plain);
        var options = new SslClientAuthenticationOptions { TargetHost = address.DnsSafeHost };
        identity.Secure(options, "origin");
        try
        {
            await secure.AuthenticateAsClientAsync(options, cancellationToken);
            _member = secure.RemoteCertificate is X509Certificate2 shown && identity.Judge(shown) is not null ? shown : null;
            return secure;
        }
        catch (AuthenticationException error)
        {
            await secure.DisposeAsync();
            throw new IOException(error.Message, error);
        }
    }

    /// <summary>Reads the answer's head, which must be 101; what follows are frames.</summary>
    private static async Task ReadHeadAsync(PipeReader reader, CancellationToken cancellationToken)
    {
        const int HeadBytesMax = 8 << 10;
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var text = Encoding.ASCII.GetString(result.Buffer);
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (end >= 0 && text.StartsWith("HTTP/1.1 101", StringComparison.Ordinal))
            {
                reader.AdvanceTo(result.Buffer.GetPosition(end + 4));
                return;
            }
            if (end >= 0 || result.IsCompleted || text.Length > HeadBytesMax)
            {
                throw new InvalidDataException("The node does not speak frames: " + text.Split('\r')[0]);
            }
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
    }
}
