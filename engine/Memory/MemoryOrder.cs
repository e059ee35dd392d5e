using System.Runtime.CompilerServices;

namespace PollIO;

/// <summary>
/// The one vocabulary for ordering shared memory accesses. Every use names, in a comment, the write or read it pairs with.
/// </summary>
/// <remarks>
/// Acquire and release follow the .NET memory model (dotnet/runtime, docs/design/specs/Memory-model.md); on x86-64 both
/// compile to single moves. Descriptor rings in <see cref="DmaMemory"/> are ordinary memory and use these.
/// </remarks>
public static class MemoryOrder
{
    /// <summary>Reads <paramref name="location"/>; no later access moves before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort LoadAcquire(ref readonly ushort location) => Volatile.Read(in location);

    /// <summary>Reads <paramref name="location"/>; no later access moves before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int LoadAcquire(ref readonly int location) => Volatile.Read(in location);

    /// <summary>Reads <paramref name="location"/>; no later access moves before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint LoadAcquire(ref readonly uint location) => Volatile.Read(in location);

    /// <summary>Reads <paramref name="location"/>; no later access moves before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static long LoadAcquire(ref readonly long location) => Volatile.Read(in location);

    /// <summary>Reads <paramref name="location"/>; no later access moves before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong LoadAcquire(ref readonly ulong location) => Volatile.Read(in location);

    /// <summary>Writes <paramref name="location"/>; no earlier access moves after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref ushort location, ushort value) => Volatile.Write(ref location, value);

    /// <summary>Writes <paramref name="location"/>; no earlier access moves after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref int location, int value) => Volatile.Write(ref location, value);

    /// <summary>Writes <paramref name="location"/>; no earlier access moves after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref uint location, uint value) => Volatile.Write(ref location, value);

    /// <summary>Writes <paramref name="location"/>; no earlier access moves after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref long location, long value) => Volatile.Write(ref location, value);

    /// <summary>Writes <paramref name="location"/>; no earlier access moves after it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void StoreRelease(ref ulong location, ulong value) => Volatile.Write(ref location, value);

    /// <summary>No access moves across it in either direction; needed between publishing a word and reading the peer's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void FullFence() => Interlocked.MemoryBarrier();
}
