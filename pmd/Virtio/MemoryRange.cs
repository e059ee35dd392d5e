using System.Runtime.CompilerServices;

namespace PollIO.Pmd.Virtio;

/// <summary>A range of addresses in this process.</summary>
internal readonly record struct MemoryRange(nint Start, nuint Length)
{
    /// <summary>Whether the byte at <paramref name="address"/> lies inside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool Contains(nint address) => (nuint)(address - Start) < Length;
}
