namespace Flickr.Tests.Way;

/// <summary>
/// One <c>flickr up</c> for the tests of a class, with accounts of their own so that they do not meet.
/// </summary>
public sealed class RunningSystem : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private UpProcess? _up;

    internal UpProcess Up => _up!;

    public async ValueTask InitializeAsync() => _up = await UpProcess.StartAsync(_folder.At("data"));

    internal Task<Person> PersonAsync() => Person.SignUpAsync(Up);

    public async ValueTask DisposeAsync()
    {
        if (_up is not null)
        {
            await _up.DisposeAsync();
        }
        _folder.Dispose();
    }
}
