using PollIO.Pmd.Pci;
using PollIO.Pmd.Vfio;
using PollIO.Tests.Support;
using static PollIO.Pmd.Tests.Vfio.E1000eRegister;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "lab")]
[Collection(LabDevicesCollection.Name)]
[Trait("scenario", "e1000e")]
public sealed class LossIsReported
{
    public LossIsReported() => LabGuest.Require();

    [Fact]
    public async Task UnbindingWaitsUntilTheDeviceIsGivenUp()
    {
        VfioPciDevice device = LabGuest.Open(LabGuest.First);
        int raised = 0;
        bool onControlThread = false;
        PciLoss? reason = null;
        device.Lost += loss =>
        {
            Interlocked.Increment(ref raised);
            onControlThread = ControlThread.Shared.IsCurrent;
            reason = loss;
            device.Dispose();
        };

        Task unbinding = Task.Run(() => LabGuest.Bind(LabGuest.First, null), TestContext.Current.CancellationToken);

        await unbinding.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Equal(1, raised);
        Assert.Equal(PciLoss.Requested, reason);
        Assert.True(onControlThread);
        Assert.Equal(0, LabGuest.CountDescriptors("/dev/vfio/"));
    }

    [Fact]
    public async Task RequestBeforeAnybodyListensIsKept()
    {
        VfioPciDevice device = LabGuest.Open(LabGuest.First);
        int before = CountRequests();
        Task unbinding = Task.Run(() => LabGuest.Bind(LabGuest.First, null), TestContext.Current.CancellationToken);
        LabGuest.WaitFor(() => CountRequests() > before, "the kernel's request");

        device.Lost += _ => device.Dispose();

        // Sooner than the kernel asks again, which it does every ten seconds.
        await unbinding.WaitAsync(TimeSpan.FromSeconds(9), TestContext.Current.CancellationToken);
    }

    [Fact]
    public void RegistersThatStopDecodingReadAllOnes()
    {
        using VfioPciDevice device = LabGuest.Open(LabGuest.First);
        var registers = (MappedMmioRegion)device.GetBar(0);
        Assert.NotEqual(uint.MaxValue, registers.Read32(STATUS));
        int raised = 0;
        PciLoss? reason = null;
        device.Lost += loss =>
        {
            reason = loss;
            Interlocked.Increment(ref raised);
        };

        device.WriteConfig(PciSpec.Command, 0, 2);

        Assert.Equal(uint.MaxValue, registers.Read32(STATUS));
        registers.Write32(0x5400, 1);
        Assert.Equal(uint.MaxValue, registers.Read32(0x5404));
        Assert.Equal(2, registers.LostPages);
        LabGuest.WaitFor(() => Volatile.Read(ref raised) > 0, "the report");
        Assert.Equal(PciLoss.Gone, reason);
        Assert.Equal(1, raised);
    }

    /// <summary>Requests of the kernel so far, which it logs (drivers/vfio/pci/vfio_pci_core.c).</summary>
    private static int CountRequests() => ToolRunner.RunSuccessfullyAsync("dmesg").GetAwaiter().GetResult()
        .Split('\n').Count(line => line.Contains("Relaying device request to user", StringComparison.Ordinal));
}
