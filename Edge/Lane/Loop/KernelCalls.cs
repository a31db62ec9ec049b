using System.Net;
using System.Runtime.InteropServices;

namespace Flickr.Edge.Lane.Loop;

/// <summary>
/// The calls to 64-bit Linux that a loop makes. Results below zero are errors; <see cref="WouldBlock"/> is the
/// one that is none.
/// </summary>
internal static unsafe partial class KernelCalls
{
    public const uint In = 0x001;
    public const uint Out = 0x004;
    public const uint Error = 0x008;
    public const uint HangUp = 0x010;
    public const uint PeerEnded = 0x2000;
    public const uint EdgeTriggered = 0x8000_0000;

    /// <summary>Nothing is there now.</summary>
    public const int WouldBlock = -11;

    public const int NoMemory = 12;
    public const int TooManyOfSystem = 23;
    public const int TooManyOfProcess = 24;
    public const int NoBuffers = 105;

    private const int Interrupted = -4;
    private const int AddControl = 1;
    private const int ChangeControl = 3;
    private const int NonBlockingCloseOnExec = 0x800 | 0x80000;
    private const int CloseOnExec = 0x80000;
    private const int DontWait = 0x40;
    private const int ShutWrite = 1;
    private const int ShutBoth = 2;
    private const int SocketLevel = 1;
    private const int LingerOption = 13;
    private const nuint OutQueue = 0x5411;
    private const int AddressBytes = 28;

    public static int NewEpoll() => Checked(EpollCreate(CloseOnExec), "epoll_create1");

    public static int NewWake() => Checked(EventDescriptor(0, NonBlockingCloseOnExec), "eventfd");

    /// <summary>Watches a descriptor; the token comes back with its events.</summary>
    public static void Watch(int epoll, int descriptor, uint events, int token)
    {
        var entry = stackalloc byte[EventList.EventBytes];
        EventList.Write(entry, events, token);
        Checked(EpollControl(epoll, AddControl, descriptor, entry), "epoll_ctl");
    }

    /// <summary>Watches it for something else from now on.</summary>
    public static void Rewatch(int epoll, int descriptor, uint events, int token)
    {
        var entry = stackalloc byte[EventList.EventBytes];
        EventList.Write(entry, events, token);
        Checked(EpollControl(epoll, ChangeControl, descriptor, entry), "epoll_ctl");
    }

    /// <summary>Waits; returns how many events are in the list.</summary>
    public static int Wait(int epoll, EventList events, int milliseconds) =>
        Math.Max(0, Result(EpollWait(epoll, events.First, EventList.CountMax, milliseconds)));

    public static void Wake(int descriptor)
    {
        ulong one = 1;
        _ = Write(descriptor, &one, sizeof(ulong)); // a full counter is a wake that is still to be seen
    }

    public static void TakeWake(int descriptor)
    {
        ulong count;
        _ = Read(descriptor, &count, sizeof(ulong));
    }

    /// <summary>Takes a connection off a listener, and the address of its client.</summary>
    public static int Accept(int listener, out IPEndPoint? client)
    {
        var address = stackalloc byte[AddressBytes];
        var length = AddressBytes;
        var descriptor = Result(AcceptFour(listener, address, &length, NonBlockingCloseOnExec));
        client = descriptor < 0 ? null : EndPointOf(new ReadOnlySpan<byte>(address, AddressBytes));
        return descriptor;
    }

    /// <summary>The address at our end.</summary>
    public static IPEndPoint? LocalOf(int descriptor)
    {
        var address = stackalloc byte[AddressBytes];
        var length = AddressBytes;
        return SocketName(descriptor, address, &length) < 0 ? null
            : EndPointOf(new ReadOnlySpan<byte>(address, AddressBytes));
    }

    /// <summary>Bytes received, 0 at the end, <see cref="WouldBlock"/>, or another error.</summary>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            while (true)
            {
                var count = Result((int)ReceiveCall(descriptor, first, (nuint)buffer.Length, DontWait));
                if (count != Interrupted)
                {
                    return count;
                }
            }
        }
    }

    /// <summary>Bytes sent that the client has not acknowledged.</summary>
    public static int Unacknowledged(int descriptor)
    {
        var count = 0;
        return IoControl(descriptor, OutQueue, &count) < 0 ? 0 : count;
    }

    /// <summary>Tells the client that nothing more comes.</summary>
    public static void EndSending(int descriptor) => _ = Shutdown(descriptor, ShutWrite);

    /// <summary>Ends both directions; the descriptor stays taken.</summary>
    public static void End(int descriptor) => _ = Shutdown(descriptor, ShutBoth);

    public static void Close(int descriptor) => _ = CloseCall(descriptor);

    /// <summary>Closes with a reset: what was cut looks cut.</summary>
    public static void Reset(int descriptor)
    {
        var linger = stackalloc int[2] { 1, 0 };
        _ = SetOption(descriptor, SocketLevel, LingerOption, linger, 2 * sizeof(int));
        _ = CloseCall(descriptor);
    }

    private static IPEndPoint? EndPointOf(ReadOnlySpan<byte> address)
    {
        const int Ip4 = 2;
        const int Ip6 = 10;
        var port = (address[2] << 8) | address[3];
        return MemoryMarshal.Read<ushort>(address) switch
        {
            Ip4 => new IPEndPoint(new IPAddress(address.Slice(4, 4)), port),
            Ip6 => new IPEndPoint(new IPAddress(address.Slice(8, 16), MemoryMarshal.Read<uint>(address[24..])), port),
            _ => null,
        };
    }

    private static int Result(int result) => result >= 0 ? result : -Marshal.GetLastPInvokeError();

    private static int Checked(int result, string call) => result >= 0 ? result
        : throw new IOException($"{call} failed with error {Marshal.GetLastPInvokeError()}");

    [LibraryImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    private static partial int EpollCreate(int flags);

    [LibraryImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    private static partial int EpollControl(int epoll, int operation, int descriptor, byte* entry);

    [LibraryImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    private static partial int EpollWait(int epoll, byte* events, int count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventDescriptor(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "accept4", SetLastError = true)]
    private static partial int AcceptFour(int listener, byte* address, int* length, int flags);

    [LibraryImport("libc", EntryPoint = "getsockname", SetLastError = true)]
    private static partial int SocketName(int descriptor, byte* address, int* length);

    [LibraryImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    private static partial int SetOption(int descriptor, int level, int option, void* value, int length);

    [LibraryImport("libc", EntryPoint = "recv", SetLastError = true)]
    private static partial nint ReceiveCall(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoControl(int descriptor, nuint request, int* value);

    [LibraryImport("libc", EntryPoint = "shutdown")]
    private static partial int Shutdown(int descriptor, int how);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int CloseCall(int descriptor);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, void* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "write")]
    private static partial nint Write(int descriptor, void* buffer, nuint length);
}
