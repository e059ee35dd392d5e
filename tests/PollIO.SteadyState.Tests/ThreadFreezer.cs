using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO.Tests;

/// <summary>
/// Stops one thread of this process wherever it is, in the middle of managed code too: a signal whose handler, a few bytes of
/// machine code, sleeps until the thread is let go.
/// </summary>
/// <remarks>
/// While a thread is frozen the runtime cannot suspend it, so whatever needs that (a collection, a tier-up) waits too. The handler
/// gives up by itself after about a quarter of a second, so that this is never a deadlock; <see cref="IsFrozen"/> then says no.
/// </remarks>
internal static unsafe partial class ThreadFreezer
{
    // Beyond the real-time signals of the C library (32, 33) and the runtime (34).
    private const int Signal = 40;
    private const int SYS_tgkill = 234;
    private const int SleepsBeforeGivingUp = 1500;

    private static readonly State* s_state = Install();

    /// <summary>Whether the thread is in the handler.</summary>
    internal static bool IsFrozen => Volatile.Read(ref s_state->Parked) != 0;

    /// <summary>Freezes the thread and returns when it stands still.</summary>
    internal static void Freeze(int threadId)
    {
        Assert.False(IsFrozen);
        Volatile.Write(ref s_state->Sleeps, SleepsBeforeGivingUp);
        Volatile.Write(ref s_state->Release, 0);
        Assert.Equal(0, Call(SYS_tgkill, Environment.ProcessId, threadId, Signal));

        // It either stands there now, or has been and has given up.
        while (!IsFrozen && Volatile.Read(ref s_state->Sleeps) >= 0)
        {
            _ = Libc.Yield();
        }
    }

    /// <summary>Lets the thread go on and returns when it does.</summary>
    internal static void Thaw()
    {
        Volatile.Write(ref s_state->Release, 1);
        while (IsFrozen)
        {
            _ = Libc.Yield();
        }
    }

    private static State* Install()
    {
        var state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));
        state->Nanoseconds = 100_000;
        ReadOnlySpan<byte> prologue = [0x53, 0x48, 0xBB]; // push rbx; mov rbx, state
        ReadOnlySpan<byte> body =
        [
            0xC7, 0x43, 0x04, 1, 0, 0, 0, // mov dword [rbx+4], 1
            0x83, 0x3B, 0x00, // again: cmp dword [rbx], 0
            0x75, 0x14, // jne done
            0xFF, 0x4B, 0x08, // dec dword [rbx+8]
            0x78, 0x0F, // js done
            0xB8, 35, 0, 0, 0, // mov eax, nanosleep
            0x48, 0x8D, 0x7B, 0x10, // lea rdi, [rbx+16]
            0x31, 0xF6, // xor esi, esi
            0x0F, 0x05, // syscall
            0xEB, 0xE7, // jmp again
            0xC7, 0x43, 0x04, 0, 0, 0, 0, // done: mov dword [rbx+4], 0
            0x5B, 0xC3, // pop rbx; ret
        ];
        var page = (byte*)Libc.MemoryMap(null, 4096, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        prologue.CopyTo(new Span<byte>(page, prologue.Length));
        *(State**)(page + prologue.Length) = state;
        body.CopyTo(new Span<byte>(page + prologue.Length + sizeof(State*), body.Length));
        Assert.Equal(0, Libc.MemoryProtect(page, 4096, Libc.PROT_READ | Libc.PROT_EXEC));

        const int restart = 0x10000000;
        var action = new SignalAction { Handler = page, Flags = restart };
        Assert.Equal(0, SetAction(Signal, &action, null));
        return state;
    }

    [LibraryImport("libc", EntryPoint = "sigaction", SetLastError = true)]
    private static partial int SetAction(int signal, SignalAction* wanted, SignalAction* former);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint process, nint thread, nint signal);

    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct State
    {
        [FieldOffset(0)] internal int Release;
        [FieldOffset(4)] internal int Parked;
        [FieldOffset(8)] internal int Sleeps;
        [FieldOffset(16)] internal long Seconds;
        [FieldOffset(24)] internal long Nanoseconds;
    }

    /// <summary>struct sigaction of the C library on x86-64.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 152)]
    private struct SignalAction
    {
        [FieldOffset(0)] internal byte* Handler;
        [FieldOffset(136)] internal int Flags;
    }
}
