using Flickr.Listening;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Flickr.ControlPlane.Tests.Members;

/// <summary>The membership of a node with a folder of its own, as every program carries it.</summary>
internal sealed class JoiningNode : IAsyncDisposable
{
    private readonly bool _ownsFolder;

    public JoiningNode(string address, string role, string name, TimeProvider? time = null, string? folder = null)
    {
        _ownsFolder = folder is null;
        Folder = folder ?? Directory.CreateTempSubdirectory("flickr-node").FullName;
        (Address, Role, Name, Time) = (address, role, name, time ?? TimeProvider.System);
        Identity = NodeIdentity.Open(Folder, Time);
        Calls = new MemberCalls(Identity);
    }

    public string Folder { get; }
    public string Address { get; }
    public string Role { get; }
    public string Name { get; }
    public TimeProvider Time { get; }
    public NodeIdentity Identity { get; }
    public MemberCalls Calls { get; }
    public MemberWork? Work { get; private set; }

    public Task JoinAsync(string token) =>
        Calls.JoinAsync(Address, JoinToken.Parse(token)!, Role, Name, CancellationToken.None);

    /// <summary>Joins and keeps up, as a program does when it starts.</summary>
    public async Task StartAsync(string token)
    {
        Work = new MemberWork(Identity, Options.Create(new JoinOptions { ControlPlane = Address, Token = token }),
            new MemberRole(Role, Name), NullLogger<MemberWork>.Instance, Time);
        await Work.StartAsync(CancellationToken.None);
    }

    /// <summary>A client that shows the certificate.</summary>
    public HttpClient Client() => new(Identity.NewHandler("control-plane"))
    {
        BaseAddress = new Uri(Address),
        Timeout = TimeSpan.FromSeconds(30),
    };

    /// <summary>An edge that follows by certificate.</summary>
    public FollowingEdge Follow() => FollowingEdge.Start(Name, [Address], "", handler: Identity.NewHandler("control-plane"),
        isGenuine: heartbeat => heartbeat.IsSignedBy(Identity.Authority));

    public async ValueTask DisposeAsync()
    {
        if (Work is not null)
        {
            await Work.StopAsync(CancellationToken.None);
            Work.Dispose();
        }
        Calls.Dispose();
        Identity.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(Folder, recursive: true);
        }
    }
}
