using PollIO.Pmd.Pci;

namespace PollIO.Lab.Tests.Support;

/// <summary>
/// A NIC started by the driver's own code, whose descriptors the test writes itself: with addresses the driver would never write.
/// </summary>
internal abstract class RawNic : IDisposable
{
    internal abstract string Mac { get; }

    /// <summary>Frames the device says it has put into buffers.</summary>
    internal abstract int Received { get; }

    /// <summary>Whether the link is up.</summary>
    internal abstract bool IsUp { get; }

    /// <summary>Takes a NIC of the scenario's kind and waits for its link.</summary>
    internal static async Task<RawNic> OpenAsync(string slot)
    {
        await new PciDevice(slot).BindToVfioAsync();
        Assert.True(PciAddress.TryParse(slot, out PciAddress address));
        RawNic nic = Guest.Scenario == "virtio" ? new RawVirtio(address) : new RawE1000(address);
        await Guest.WaitForAsync(() => nic.IsUp, $"the link of {slot}");
        return nic;
    }

    /// <summary>Has the device read a frame from any address, and waits until it says it has.</summary>
    internal abstract Task SendAsync(nint address, int length);

    /// <summary>Has the device write all frames that come to one address.</summary>
    internal abstract void ReceiveInto(nint address);

    public abstract void Dispose();
}
