using System.Runtime.InteropServices;

namespace Flickr.Edge.Lane.Loop;

/// <summary>
/// The events of one <c>epoll_wait</c>. <c>struct epoll_event</c> is packed on x86-64 (12 bytes) and nowhere else
/// (16), so it is read by offset.
/// </summary>
internal sealed unsafe class EventList : IDisposable
{
    /// <summary>Events of one wait.</summary>
    public const int CountMax = 256;

    private static readonly int TokenAt = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;

    /// <summary>Bytes of one event.</summary>
    public static int EventBytes => TokenAt + 8;

    /// <summary>Where the kernel writes them.</summary>
    public byte* First { get; } = (byte*)NativeMemory.Alloc((nuint)(CountMax * EventBytes));

    public uint Events(int index) => *(uint*)(First + (index * EventBytes));

    public int Token(int index) => *(int*)(First + (index * EventBytes) + TokenAt);

    public static void Write(byte* entry, uint events, int token)
    {
        *(uint*)entry = events;
        *(long*)(entry + TokenAt) = token;
    }

    public void Dispose() => NativeMemory.Free(First);
}
