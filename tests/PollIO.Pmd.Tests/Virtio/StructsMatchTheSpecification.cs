using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.Tests.Virtio;

public sealed unsafe class StructsMatchTheSpecification
{
    [Fact]
    public void SizesAndOffsets()
    {
        Assert.Equal(16, sizeof(RingDescriptor));
        Assert.Equal(8, sizeof(UsedElement));
        Assert.Equal(4, sizeof(PackedEvent));
        Assert.Equal(12, sizeof(VirtioNetHeader));
        Assert.Equal(6, (int)Marshal.OffsetOf<VirtioNetHeader>(nameof(VirtioNetHeader.ChecksumStart)));
        Assert.Equal(10, (int)Marshal.OffsetOf<VirtioNetHeader>(nameof(VirtioNetHeader.BufferCount)));
        var split = new RingDescriptor { Word = RingDescriptor.SplitWord(0x11223344, 0x5566, 0x7788) };
        Assert.Equal((0x11223344u, 0x5566, 0x7788), (split.Length, (int)split.SplitFlags, (int)split.SplitNext));
        var packed = new RingDescriptor { Word = RingDescriptor.PackedWord(0x11223344, 0x5566, 0x7788) };
        Assert.Equal((0x11223344u, 0x5566, 0x7788), (packed.Length, (int)packed.PackedId, (int)packed.PackedFlags));
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(256u)]
    [InlineData(32768u)]
    public void SplitPartsFollowOneAnother(uint size)
    {
        byte* memory = (byte*)NativeMemory.AlignedAlloc((nuint)SplitRing.MemoryLength(size), 64);
        SplitRing ring = SplitRing.In(memory, size);

        Assert.Equal((nint)memory, (nint)ring.Descriptors);
        Assert.Equal((nint)(memory + (16 * size)), (nint)ring.Available);
        Assert.Equal((nint)(ring.Available + 2 + size), (nint)Unsafe.AsPointer(ref ring.UsedEvent));
        Assert.Equal(0, (nint)ring.Used % 64);
        Assert.True((byte*)ring.Used >= (byte*)ring.Available + SplitRing.AvailableLength(size));
        Assert.Equal((nint)memory + (nint)SplitRing.MemoryLength(size) - 2, (nint)Unsafe.AsPointer(ref ring.AvailableEvent));
        NativeMemory.AlignedFree(memory);
    }
}
