using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

[Trait("tier", "unit")]
public sealed class ForeignFaultStillEndsTheProcess
{
    [Fact]
    public void UnguardedFaultEndsAsItDoesWithoutTheGuard()
    {
        Assert.SkipUnless(SigbusGuard.IsAvailable, SigbusGuard.UnavailableReason ?? "");

        int without = SigbusChild.Run(withGuard: false);
        int with = SigbusChild.Run(withGuard: true);

        Assert.InRange(without, 129, 255);
        Assert.Equal(without, with);
    }
}
