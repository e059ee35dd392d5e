using System.Runtime.CompilerServices;

namespace PollIO;

/// <summary>
/// Tells whether the calling thread is still the lcore it was made on, without thread-local storage: a call of __tls_get_addr
/// costs as much as the rest of a null queue's work at burst 1.
/// </summary>
/// <remarks>
/// A thread is known by its stack: an address on it lies within its bounds, and within nobody else's. When a registered thread
/// ends, its stack may be given to another; every witness made before is void then.
/// </remarks>
internal unsafe struct LCoreWitness
{
    private nuint _stackStart;
    private nuint _stackLength;
    private int _generation;

    /// <summary>A witness of the calling lcore; on other threads one that never holds.</summary>
    internal static LCoreWitness Current => new()
    {
        _generation = Volatile.Read(ref LCoreContext.Generation),
        _stackStart = LCoreContext.StackStart,
        _stackLength = LCoreContext.StackLength,
    };

    /// <summary>Whether the calling thread is the lcore the witness was made on.</summary>
    internal readonly bool Holds
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining), SkipLocalsInit]
        get
        {
            // SAFETY: only the address is used; also when this is inlined, the byte is on the calling thread's stack.
            byte here;
            return (nuint)(&here) - _stackStart < _stackLength && _generation == Volatile.Read(ref LCoreContext.Generation);
        }
    }
}
