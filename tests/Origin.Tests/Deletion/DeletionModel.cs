using Flickr.Origin.Needles;
using Flickr.Origin.Volumes;

namespace Flickr.Origin.Tests.Deletion;

/// <summary>
/// One blob, three nodes, a database that alone knows the references, two uploaders, a remover and a collector, in any
/// interleaving. The nodes use the product's own <see cref="BlobEntry"/>; messages may be late, lost for a while and out of
/// order. What the database must do is the part that is modelled by hand.
/// </summary>
/// <param name="checksGeneration">
/// Whether adding a reference compares the touch with the last collection in the same transaction. Without it the race that
/// the check exists for must be found.
/// </param>
internal sealed class DeletionModel(bool checksGeneration)
{
    private const int Nodes = 3;
    private const int WriteQuorum = 2;
    private readonly BlobEntry[] _entries = new BlobEntry[Nodes];
    private readonly List<Message> _messages = [];
    private readonly Uploader[] _uploaders = [new(), new()];
    private long _sequence;
    private long _collectedAt;
    private int _references;

    /// <summary>Null, or what went wrong: a reference to a blob that fewer than a quorum of nodes would serve.</summary>
    public string? Fault { get; private set; }

    /// <summary>One step; the number decides which.</summary>
    public void Step(int choice)
    {
        switch (choice % 8)
        {
            case 0 or 1:
                Upload(_uploaders[choice % 2]);
                break;
            case 2:
                _references = Math.Max(0, _references - 1);
                break;
            case 3:
                Collect();
                break;
            case 4 or 5 or 6 when _messages.Count > 0:
                Deliver((choice >> 3) % _messages.Count);
                break;
            case 7:
                Compact((choice >> 3) % Nodes);
                break;
        }
        Check(_references > 0 && !_entries.Any(Serves));
    }

    /// <summary>Everything late arrives, everyone waits for nobody: the end of every interleaving.</summary>
    public void Settle()
    {
        while (_messages.Count > 0)
        {
            Deliver(0);
        }
        // Repair joins what the nodes know, as anti-entropy does.
        var newest = _entries.MaxBy(entry => (entry.Generation, entry.IsDeleted));
        var hasBytes = _entries.Any(entry => !entry.Location.IsNone);
        for (var i = 0; i < Nodes; i++)
        {
            _entries[i] = newest.IsDeleted
                ? _entries[i].WithTombstone(newest.Generation)
                : (hasBytes && _entries[i].Location.IsNone ? _entries[i].WithBytes(Somewhere) : _entries[i]).WithTouch(newest.Generation);
        }
        Check(_references > 0 && _entries.Count(Serves) < Nodes);
    }

    private static RecordLocation Somewhere => RecordLocation.At(1, 256, 1);

    private static bool Serves(BlobEntry entry) => entry.IsPresent;

    private void Check(bool isWrong)
    {
        if (isWrong && Fault is null)
        {
            Fault = $"{_references} references, served by {_entries.Count(Serves)} of {Nodes}";
        }
    }

    /// <summary>Take a generation, touch at a quorum, then add the reference; begin again when it was overtaken.</summary>
    private void Upload(Uploader uploader)
    {
        if (uploader.Generation == 0)
        {
            uploader.Begin(++_sequence);
            for (var node = 0; node < Nodes; node++)
            {
                _messages.Add(new Message(node, uploader.Generation, false, uploader));
            }
            return;
        }
        if (uploader.Durable >= WriteQuorum)
        {
            if (!checksGeneration || _collectedAt < uploader.Generation)
            {
                _references++;
            }
            uploader.End();
        }
        else if (uploader.Answers == Nodes)
        {
            uploader.End();
        }
    }

    /// <summary>One transaction: nobody refers to the blob, so it dies as of the next number.</summary>
    private void Collect()
    {
        if (_references > 0)
        {
            return;
        }
        _collectedAt = ++_sequence;
        for (var node = 0; node < Nodes; node++)
        {
            _messages.Add(new Message(node, _collectedAt, true, null));
        }
    }

    private void Deliver(int index)
    {
        var message = _messages[index];
        _messages.RemoveAt(index);
        ref var entry = ref _entries[message.Node];
        if (message.IsTombstone)
        {
            entry = entry.WithTombstone(message.Generation);
            return;
        }
        var isOlder = entry.IsDeleted && entry.Generation >= message.Generation;
        if (!isOlder)
        {
            entry = (entry.Location.IsNone ? entry.WithBytes(Somewhere) : entry).WithTouch(message.Generation);
        }
        message.Uploader!.Answer(message.Generation, isDurable: !isOlder);
    }

    private void Compact(int node) => _entries[node] = _entries[node].WithoutBytes();

    private readonly record struct Message(int Node, long Generation, bool IsTombstone, Uploader? Uploader);

    private sealed class Uploader
    {
        public long Generation { get; private set; }

        public int Durable { get; private set; }

        public int Answers { get; private set; }

        public void Begin(long generation) => (Generation, Durable, Answers) = (generation, 0, 0);

        public void End() => Generation = 0;

        public void Answer(long generation, bool isDurable)
        {
            if (generation == Generation)
            {
                Answers++;
                Durable += isDurable ? 1 : 0;
            }
        }
    }
}
