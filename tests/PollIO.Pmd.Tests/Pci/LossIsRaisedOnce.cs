using PollIO.Pmd.Interop;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Pci;

[Trait("tier", "unit")]
public sealed class LossIsRaisedOnce
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void WhicheverDescriptorComesFirst()
    {
        using var notice = new PciLossNotice("test");
        EventDescriptor request = notice.Watch(PciLoss.Requested);
        EventDescriptor error = notice.Watch(PciLoss.Error);
        List<PciLoss> raised = [];
        bool onControlThread = true;
        notice.Lost += loss =>
        {
            onControlThread &= ControlThread.Shared.IsCurrent;
            raised.Add(loss);
        };

        error.Signal();
        WaitUntilServed(error);
        request.Signal();
        error.Signal();
        WaitUntilServed(request);
        WaitUntilServed(error);

        Assert.Equal([PciLoss.Error], raised);
        Assert.True(onControlThread);
    }

    [Fact]
    public void LossThatNobodyHeardIsKeptForTheFirstWhoListens()
    {
        using var notice = new PciLossNotice("test");
        EventDescriptor request = notice.Watch(PciLoss.Requested);
        request.Signal();
        WaitUntilServed(request);
        using var heard = new ManualResetEventSlim();
        PciLoss? reason = null;

        notice.Lost += loss =>
        {
            reason = loss;
            heard.Set();
        };

        Assert.True(heard.Wait(s_patience, TestContext.Current.CancellationToken));
        Assert.Equal(PciLoss.Requested, reason);
    }

    [Fact]
    public void HandlerMayDisposeIt()
    {
        var notice = new PciLossNotice("test");
        EventDescriptor request = notice.Watch(PciLoss.Requested);
        using var disposed = new ManualResetEventSlim();
        notice.Lost += _ =>
        {
            notice.Dispose();
            disposed.Set();
        };

        request.Signal();

        Assert.True(disposed.Wait(s_patience, TestContext.Current.CancellationToken));
        Assert.Equal(-1, request.Number);
    }

    [Fact]
    public void NothingIsRaisedAfterTheEnd()
    {
        var notice = new PciLossNotice("test");
        EventDescriptor request = notice.Watch(PciLoss.Requested);
        int raised = 0;
        notice.Lost += _ => raised++;
        notice.Dispose();

        request.Signal();
        using var after = new EventDescriptor("test");
        using var passed = new ManualResetEventSlim();
        ControlThread.Shared.Register(after.Number, passed.Set);
        after.Signal();

        Assert.True(passed.Wait(s_patience, TestContext.Current.CancellationToken));
        ControlThread.Shared.Unregister(after.Number);
        Assert.Equal(0, raised);
    }

    /// <summary>The control thread serves descriptors one after the other: a later one's handler runs when the earlier one's has.</summary>
    private static void WaitUntilServed(EventDescriptor descriptor)
    {
        using var after = new EventDescriptor("test");
        using var passed = new ManualResetEventSlim();
        for (int round = 0; round < 2; round++)
        {
            passed.Reset();
            ControlThread.Shared.Register(after.Number, () =>
            {
                _ = after.Take();
                passed.Set();
            });
            after.Signal();
            Assert.True(passed.Wait(s_patience, TestContext.Current.CancellationToken));
            ControlThread.Shared.Unregister(after.Number);
        }

        Assert.Equal(0ul, descriptor.Take());
    }
}
