using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

/// <summary>A file stands in for the device's descriptor: what is stored there shows where and how wide an access was.</summary>
[Trait("tier", "unit")]
public sealed class RegistersAreReachedAtTheirWidth : IDisposable
{
    private const int Page = 4096;

    private readonly EventDescriptor _loss = new("test");
    private readonly string _path = Path.GetTempFileName();
    private readonly SafeFileHandle _file;

    public RegistersAreReachedAtTheirWidth()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        _file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        byte[] pattern = new byte[5 * Page];
        for (int i = 0; i < pattern.Length; i += 4)
        {
            BitConverter.TryWriteBytes(pattern.AsSpan(i), 0x80000000u | (uint)i);
        }

        RandomAccess.Write(_file, pattern, 0);
    }

    public void Dispose()
    {
        _file.Dispose();
        _loss.Dispose();
        File.Delete(_path);
    }

    [Fact]
    public void MappedRegionIsItsPartOfTheDescriptor()
    {
        using MappedMmioRegion region = Map(Page, (2 * Page) - 16);

        Assert.Equal((2 * Page) - 16, region.Length);
        Assert.Equal(0x80001000u, region.Read32(0));
        Assert.Equal(0x8000, region.Read16(0x12));
        Assert.Equal(0x10, region.Read8(0x21));
        region.Write32(0x40, 0x11223344);
        region.Write16(0x44, 0xaabb);
        region.Write8(0x46, 0xcc);
        Assert.Equal([0x44, 0x33, 0x22, 0x11, 0xbb, 0xaa, 0xcc, 0x80], Stored(Page + 0x40, 8));
    }

    [Fact]
    public void AccessesOutsideThrowAndAfterTheEndToo()
    {
        MappedMmioRegion region = Map(0, Page - 16);
        int[] outside = [-4, -1, Page - 16, Page - 19, int.MaxValue, int.MinValue];

        Assert.All(outside, offset => Assert.Throws<ArgumentOutOfRangeException>(() => region.Read32(offset)));
        Assert.All(outside, offset => Assert.Throws<ArgumentOutOfRangeException>(() => region.Write32(offset, 0)));
        Assert.Equal(0x80000fecu, region.Read32(Page - 20));
        region.Dispose();
        region.Dispose();
        Assert.Throws<ObjectDisposedException>(() => region.Read8(0));
        Assert.Throws<ObjectDisposedException>(() => region.Write16(0, 1));
    }

    [Fact]
    public void RegistersBetweenTheWindowsAreReachedToo()
    {
        using var region = new SparseMmioRegion(_file, Page, 3 * Page, [(0, Map(Page, Page)), (2 * Page, Map(3 * Page, Page))]);

        for (int offset = 0; offset < 3 * Page; offset += 1020)
        {
            Assert.Equal(0x80000000u | (uint)(Page + offset), region.Read32(offset));
            region.Write32(offset, (uint)offset);
            region.Write8(offset + 3, 0xee);
            Assert.Equal(BitConverter.GetBytes(0xee000000u | (uint)offset), Stored(Page + offset, 4));
            Assert.Equal((ushort)offset, region.Read16(offset));
            Assert.Equal(0xee, region.Read8(offset + 3));
            region.Write16(offset, 0x1234);
            Assert.Equal(0x1234, region.Read16(offset));
        }

        Assert.All((int[])[-1, 3 * Page, (3 * Page) - 3, int.MaxValue], offset => Assert.Throws<ArgumentOutOfRangeException>(() => region.Read32(offset)));
    }

    [Fact]
    public void LostPageReadsAllOnesAndTellsTheOwner()
    {
        using MappedMmioRegion region = Map(Page, 2 * Page);
        Assert.Equal(0x80001000u, region.Read32(0));

        RandomAccess.SetLength(_file, 0);

        Assert.Equal(uint.MaxValue, region.Read32(Page));
        region.Write32(0, 7);
        Assert.Equal(uint.MaxValue, region.Read32(4));
        Assert.Equal(2, region.LostPages);
        Assert.Equal(2ul, _loss.Take());
    }

    [Fact]
    public void BarThatIsNotMappedReadsAllOnesWhenItsDeviceIsGone()
    {
        using var region = new SparseMmioRegion(_file, Page, Page, []);
        Assert.Equal(0x80001000u, region.Read32(0));

        RandomAccess.SetLength(_file, 0);

        Assert.Equal(uint.MaxValue, region.Read32(0));
        Assert.Equal(0xffff, region.Read16(2));
        Assert.Equal(0xff, region.Read8(1));
    }

    private MappedMmioRegion Map(int offset, int length) => MappedMmioRegion.Map(_file, (ulong)offset, length, _loss.Number, "test");

    private byte[] Stored(int offset, int count)
    {
        byte[] bytes = new byte[count];
        Assert.Equal(count, RandomAccess.Read(_file, bytes, offset));
        return bytes;
    }
}
