using System.Buffers.Binary;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Virtio.Device;
using PollIO.Pmd.VhostUser;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>Memory a peer shares is checked when it is mapped, and watched after.</summary>
public sealed unsafe class TruncatedMemoryIsSurvived
{
    private const int Page = 4096;

    [Theory]
    [InlineData(0ul, 0ul)]
    [InlineData(4096ul, 4097ul)]
    [InlineData(8192ul, 1ul)]
    [InlineData(ulong.MaxValue, 2ul)]
    [InlineData(0ul, ulong.MaxValue)]
    public void RegionsBeyondTheirFileAreRefused(ulong offset, ulong length)
    {
        using var memory = new TruncatableMemory(2);

        Assert.Throws<VhostUserException>(() => PeerMapping.Create(0x1000, 0x1000, length, offset, memory.DuplicateDescriptor()));
    }

    [Fact]
    public void FilesOfOtherKindsAreRefused()
    {
        using FileStream file = File.OpenRead("/proc/self/status");

        Assert.Throws<VhostUserException>(() => PeerMapping.Create(0, 0, Page, 0, TruncatableMemory.Duplicate((int)file.SafeFileHandle.DangerousGetHandle())));
    }

    [Fact]
    public void PagesTakenAwayReadAsZeroAndAreCounted()
    {
        Assert.SkipUnless(SigbusGuard.IsAvailable, SigbusGuard.UnavailableReason ?? "");
        using var memory = new TruncatableMemory(4);
        using PeerMapping mapping = PeerMapping.Create(0x10000, 0x20000, 3 * Page, Page, memory.DuplicateDescriptor());
        var table = new PeerMemory([mapping.Region]);
        Assert.True(table.TryTranslateUser(0x20000, 3 * Page, out nint host));
        BinaryPrimitives.WriteInt32LittleEndian(new Span<byte>((void*)host, 4), 7);

        memory.Truncate(1);

        Assert.True(mapping.IsGuarded);
        Assert.Equal(0, mapping.Faults);
        Assert.Equal(0, *(int*)host);
        Assert.Equal(1, mapping.Faults);
    }
}
