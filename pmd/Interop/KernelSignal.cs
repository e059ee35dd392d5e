using System.Runtime.InteropServices;

namespace PollIO.Pmd.Interop;

/// <summary>
/// Adds to an eventfd that someone else holds as well. Whoever holds it can make it one that blocks and fill it up between any two
/// system calls of ours, so that a write to it could wait for ever. The kernel's own additions never wait: here it makes one at the
/// end of an asynchronous read of nothing (io_submit(2), IOCB_FLAG_RESFD), which takes the time of a poll and a write.
/// </summary>
internal static unsafe partial class KernelSignal
{
    private const nint SYS_io_setup = 206;
    private const nint SYS_io_submit = 209;
    private const ushort IOCB_CMD_PREAD = 0;
    private const uint IOCB_FLAG_RESFD = 1;
    private const uint RingMagic = 0xa10a10a1;
    private const int RingSize = 1024;
    private const int Attempts = 16;

    private static readonly int s_nothing = LibcFile.Open("/dev/null", LibcFile.O_CLOEXEC);
    private static readonly nint s_context = s_nothing < 0 ? 0 : CreateContext();

    /// <summary>Whether this kernel, or the sandbox this process is in, allows it.</summary>
    internal static bool IsAvailable => s_context != 0;

    /// <summary>Adds one; a full eventfd stays full and wakes its readers all the same.</summary>
    /// <param name="descriptor">The eventfd.</param>
    /// <returns>False when it cannot be done this way.</returns>
    internal static bool TryAdd(int descriptor)
    {
        if (s_context == 0)
        {
            return false;
        }

        var request = new Request
        {
            Operation = IOCB_CMD_PREAD,
            Descriptor = (uint)s_nothing,
            Flags = IOCB_FLAG_RESFD,
            EventDescriptor = (uint)descriptor,
        };
        Request* requests = &request;
        for (int i = 0; i < Attempts; i++)
        {
            Reap();
            if (SystemCall(SYS_io_submit, s_context, 1, (nint)(&requests)) == 1)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// Forgets completions, of which nobody wants to know. SAFETY: the ring stays mapped while the process runs. Threads may overtake
    /// each other here: one that is late leaves more completions in the ring than there are, until the next reaps.
    /// </summary>
    private static void Reap()
    {
        var ring = (Ring*)s_context;
        Volatile.Write(ref ring->Head, Volatile.Read(ref ring->Tail));
    }

    private static nint CreateContext()
    {
        nint context = 0;
        bool made = SystemCall(SYS_io_setup, RingSize, (nint)(&context), 0) == 0;
        return made && ((Ring*)context)->Magic == RingMagic ? context : 0;
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c);

    /// <summary>struct iocb (linux/aio_abi.h).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    private struct Request
    {
        [FieldOffset(16)] internal ushort Operation;
        [FieldOffset(20)] internal uint Descriptor;
        [FieldOffset(56)] internal uint Flags;
        [FieldOffset(60)] internal uint EventDescriptor;
    }

    /// <summary>struct aio_ring: completions follow (linux/fs/aio.c; libaio reads it too).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct Ring
    {
        [FieldOffset(8)] internal uint Head;
        [FieldOffset(12)] internal uint Tail;
        [FieldOffset(16)] internal uint Magic;
    }
}
