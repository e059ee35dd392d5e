using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "peer")]
[Trait("scenario", "e1000e")]
public sealed class PhysicalAddressesAreConsistent
{
    private const int Page = TruncatableMemory.PageSize;

    [Fact]
    public void OnePageSeenThroughTwoMappingsHasOneAddress()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        using var memory = new TruncatableMemory(3);
        nint other = memory.MapAgain();
        Assert.Equal(0, NativeMapping.Lock((ulong)memory.Address, (ulong)memory.Length));
        Assert.Equal(0, NativeMapping.Lock((ulong)other, (ulong)memory.Length));
        var first = new ulong[3];
        var second = new ulong[3];

        try
        {
            PhysicalAddress.Of(memory.Address, Page, first);
        }
        catch (PollIOException e) when (e.Errno is 1 or 13)
        {
            Assert.Skip(e.Message);
        }

        PhysicalAddress.Of(other, Page, second);

        Assert.Equal(first, second);
        Assert.Equal(3, first.Distinct().Count());
        Assert.All(first, address => Assert.Equal(0UL, address % Page));
        Assert.Equal(first[1] + 77, PhysicalAddress.Of(memory.Address + Page + 77));
        Assert.Equal(0, NativeMapping.Unlock((ulong)other, (ulong)memory.Length));
        memory.Unmap(other);
    }

    [Fact]
    public void PageThatIsNotPresentIsAnError()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        using var memory = new TruncatableMemory(1);

        PollIOException error = Assert.Throws<PollIOException>(() => PhysicalAddress.Of(memory.Address));

        Assert.Equal(2, error.Errno);
        Assert.Contains("not present", error.Message, StringComparison.Ordinal);
    }
}
