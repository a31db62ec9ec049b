using System.Net;
using System.Net.Sockets;
using System.Text;
using Flickr.Edge.Lane;
using Flickr.Edge.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;

namespace Flickr.Edge.Tests.Lane;

public sealed class LaneAllocationTests
{
    private readonly PhotoOrigin _photos = new();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_hit_of_the_lane_allocates_nothing(bool withToken)
    {
        _photos.Visibility = withToken ? "private" : "public";
        await using var origin = await OriginServer.StartAsync(_photos.AnswerAsync);
        await using var edge = await EdgeServer.StartAsync([origin.Address], _photos.Settings);
        var target = PhotoOrigin.Path + (withToken ? "?" + _photos.Token(edge.Authority) : "");
        await edge.Client.GetAsync(target);
        await Until.TrueAsync(async () => await edge.MetricAsync("flickr_edge_memory_objects") == 1);
        var lane = edge.Services.GetRequiredService<HitLane>();
        var request = Encoding.Latin1.GetBytes(LaneExchange.Get(edge, target));
        using var pair = new SocketPair();

        // Code that the runtime has not yet optimised may box; so the rounds go on until it has.
        var allocated = long.MaxValue;
        for (var round = 0; round < 50 && allocated > 0; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
            {
                pair.Answer(lane, request);
            }
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            TestContext.Current.TestOutputHelper?.WriteLine($"{round}: {allocated}");
        }

        Assert.Equal(0, allocated);
    }

    /// <summary>Two sockets that are connected; what one sends, the other drops.</summary>
    private sealed class SocketPair : ILaneSink, IDisposable
    {
        private readonly Socket _sender = new(SocketType.Stream, ProtocolType.Tcp);
        private readonly Socket _taker;
        private readonly byte[] _dropped = new byte[1 << 20];
        private long _sent;

        public SocketPair()
        {
            using var listener = new TcpListener(IPAddress.Loopback, 0);
            listener.Start();
            _sender.Connect(listener.LocalEndpoint);
            _taker = listener.AcceptSocket();
        }

        public IPAddress? Client => IPAddress.Loopback;

        public long TrySend(ReadOnlySpan<PinnedPiece> pieces) => _sent = GatheredSend.Try(_sender, pieces);

        public void Answer(HitLane lane, byte[] request)
        {
            var step = lane.TryAnswer(this, request, TimeProvider.System.GetTimestamp(), out _);
            if (step != LaneStep.Answered)
            {
                throw new InvalidOperationException($"the lane did not answer: {step}");
            }
            for (var taken = 0L; taken < _sent;)
            {
                taken += _taker.Receive(_dropped);
            }
        }

        public void Dispose()
        {
            _sender.Dispose();
            _taker.Dispose();
        }
    }
}
