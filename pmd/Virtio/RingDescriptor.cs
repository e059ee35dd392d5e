using System.Runtime.InteropServices;

namespace PollIO.Pmd.Virtio;

/// <summary>
/// A descriptor of either layout (virtio 1.2 §2.7.5 and §2.8.13): they share address and length; the last two fields are flags and
/// next in a split ring or an indirect table of one, buffer id and flags in a packed one.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = Size)]
internal struct RingDescriptor
{
    internal const int Size = 16;

    [FieldOffset(0)] internal ulong Address;
    [FieldOffset(8)] internal uint Length;
    [FieldOffset(12)] internal ushort SplitFlags;
    [FieldOffset(14)] internal ushort SplitNext;
    [FieldOffset(12)] internal ushort PackedId;
    [FieldOffset(14)] internal ushort PackedFlags;

    /// <summary>Everything behind the address as one aligned word, which is read and written whole.</summary>
    [FieldOffset(8)] internal ulong Word;

    /// <summary>Length, flags and next of a split descriptor as <see cref="Word"/>.</summary>
    internal static ulong SplitWord(uint length, ushort flags, ushort next) => length | ((ulong)flags << 32) | ((ulong)next << 48);

    /// <summary>Length, buffer id and flags of a packed descriptor as <see cref="Word"/>.</summary>
    internal static ulong PackedWord(uint length, uint id, ushort flags) => length | ((ulong)id << 32) | ((ulong)flags << 48);
}
