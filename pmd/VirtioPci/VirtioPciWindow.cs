using PollIO.Pmd.Pci;

namespace PollIO.Pmd.VirtioPci;

/// <summary>A structure of the device's in one of its BARs; offsets count from the structure's start.</summary>
/// <param name="bar">The BAR.</param>
/// <param name="start">Where the structure begins in it.</param>
/// <param name="length">Its bytes; the BAR has them.</param>
internal sealed class VirtioPciWindow(MmioRegion bar, int start, int length)
{
    internal MmioRegion Bar => bar;

    internal int Start => start;

    internal int Length => length;

    internal byte Read8(int offset) => bar.Read8(start + offset);

    internal ushort Read16(int offset) => bar.Read16(start + offset);

    internal uint Read32(int offset) => bar.Read32(start + offset);

    internal void Write8(int offset, byte value) => bar.Write8(start + offset, value);

    internal void Write16(int offset, ushort value) => bar.Write16(start + offset, value);

    internal void Write32(int offset, uint value) => bar.Write32(start + offset, value);

    /// <summary>Fields of 64 bits are written as two of 32 (virtio 1.2 §4.1.3.1).</summary>
    internal void Write64(int offset, ulong value)
    {
        Write32(offset, (uint)value);
        Write32(offset + sizeof(uint), (uint)(value >> 32));
    }
}
