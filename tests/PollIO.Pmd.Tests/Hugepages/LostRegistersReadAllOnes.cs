using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "unit")]
public sealed class LostRegistersReadAllOnes
{
    private const int Page = TruncatableMemory.PageSize;

    [Fact]
    public void LostPageIsAllOnesAndTheDescriptorIsTold()
    {
        Assert.SkipUnless(SigbusGuard.IsAvailable, SigbusGuard.UnavailableReason ?? "");
        using var loss = new EventDescriptor("test");
        using var memory = new TruncatableMemory(2);
        memory[Page] = 7;
        using GuardedRange range = SigbusGuard.GuardDevice(memory.Address, (nuint)memory.Length, loss.Number);
        Assert.Equal(7, memory[Page]);
        Assert.Equal(0ul, loss.Take());

        memory.Truncate(1);

        Assert.Equal(0xff, memory[Page]);
        Assert.Equal(0xff, memory[(2 * Page) - 1]);
        Assert.Equal(1, range.Faults);
        Assert.Equal(1ul, loss.Take());
    }
}
