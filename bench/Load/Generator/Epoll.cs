using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Flickr.Load.Generator;

/// <summary>
/// The few Linux calls the generator needs. Bodies are dropped in the kernel (<c>MSG_TRUNC</c>), so that the generator
/// costs little more than a header parse per answer and never becomes the slowest part of a bench.
/// </summary>
internal static unsafe partial class Epoll
{
    public const uint In = 1;
    public const int MsgTrunc = 0x20;
    public const int MsgDontWait = 0x40;
    public const int MsgNoSignal = 0x4000;

    private const int ControlAdd = 1;
    private const int TryAgain = 11;

    /// <summary>A new epoll instance.</summary>
    public static int Create() => Check(epoll_create1(0));

    /// <summary>Watches a descriptor for input; <paramref name="token"/> comes back with each event.</summary>
    public static void Add(int epoll, int descriptor, int token)
    {
        var entry = new Event { Events = In, Token = token };
        Check(epoll_ctl(epoll, ControlAdd, descriptor, &entry));
    }

    /// <summary>Waits for events; returns how many are in <paramref name="events"/>.</summary>
    public static int Wait(int epoll, Span<Event> events, int timeoutMilliseconds)
    {
        fixed (Event* first = events)
        {
            var count = epoll_wait(epoll, first, events.Length, timeoutMilliseconds);
            return count < 0 && Marshal.GetLastPInvokeError() == 4 ? 0 : Check(count);
        }
    }

    /// <summary>Receives into a buffer; -1 means nothing is there now, 0 the end.</summary>
    public static int Receive(int descriptor, Span<byte> buffer)
    {
        fixed (byte* first = buffer)
        {
            return Received((int)recv(descriptor, first, (nuint)buffer.Length, MsgDontWait));
        }
    }

    /// <summary>Drops up to <paramref name="bytes"/> that have arrived; -1 means nothing is there now, 0 the end.</summary>
    public static int Drop(int descriptor, int bytes) =>
        Received((int)recv(descriptor, null, (nuint)bytes, MsgDontWait | MsgTrunc));

    /// <summary>Sends a request; it is small and the connection idle, so it goes out whole.</summary>
    public static void Send(int descriptor, ReadOnlySpan<byte> bytes)
    {
        fixed (byte* first = bytes)
        {
            var sent = (int)send(descriptor, first, (nuint)bytes.Length, MsgNoSignal);
            if (sent != bytes.Length)
            {
                throw new IOException($"sent {sent} of {bytes.Length} bytes of a request");
            }
        }
    }

    private static int Received(int result)
    {
        if (result >= 0)
        {
            return result;
        }
        return Marshal.GetLastPInvokeError() == TryAgain ? -1 : Check(result);
    }

    private static int Check(int result) => result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError());

    [StructLayout(LayoutKind.Sequential, Pack = 1)]
    internal struct Event
    {
        public uint Events;
        public int Token;
        public int TokenHigh;
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, Event* entry);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, Event* events, int count, int timeout);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, byte* buffer, nuint length, int flags);
}
