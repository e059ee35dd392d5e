namespace PollIO.Pmd.Pci;

/// <summary>Why a device has to be given up.</summary>
internal enum PciLoss
{
    /// <summary>The system wants it back (unbinding, hot unplug): it waits until the device is disposed.</summary>
    Requested,

    /// <summary>The device reported an error it cannot recover from.</summary>
    Error,

    /// <summary>It does not answer any more: its registers read all ones.</summary>
    Gone,
}
