namespace PollIO.Pmd.Pci;

/// <summary>
/// The only door to a BAR. Registers are not memory: every access is one of exactly this width, in program order, and none is
/// repeated or left out. Offsets are bytes from the region's start, multiples of the width.
/// </summary>
/// <remarks>
/// A register that reads all ones means, where that is no value of it, that the device is gone. On x86-64 a plain store to
/// uncached memory becomes visible after every earlier store to DMA memory, so a doorbell needs no fence before it.
/// </remarks>
internal abstract class MmioRegion
{
    /// <summary>Bytes in the region.</summary>
    internal abstract int Length { get; }

    internal abstract byte Read8(int offset);

    internal abstract ushort Read16(int offset);

    internal abstract uint Read32(int offset);

    internal abstract void Write8(int offset, byte value);

    internal abstract void Write16(int offset, ushort value);

    internal abstract void Write32(int offset, uint value);
}
