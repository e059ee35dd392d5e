using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio.Device;

namespace PollIO.Pmd.VhostUser;

/// <summary>What a peer has said of one ring.</summary>
internal sealed class BackendRing(int index)
{
    private int _kick = -1;
    private int _call = -1;
    private int _error = -1;

    /// <summary>The ring's number; even ones the driver receives from, odd ones it transmits into.</summary>
    internal int Index { get; } = index;

    internal uint Size { get; set; }

    internal uint Base { get; set; }

    internal (ulong Descriptors, ulong Driver, ulong Device) Addresses { get; set; }

    /// <summary>The guest physical address that stands for the used ring in the dirty log, or null when writes to the ring are not logged.</summary>
    internal ulong? LogAddress { get; set; }

    internal bool HasAddresses { get; set; }

    internal bool IsEnabled { get; set; }

    /// <summary>Set by the message that brings the kick descriptor, cleared by GET_VRING_BASE.</summary>
    internal bool IsStarted { get; set; }

    /// <summary>The ring while it runs.</summary>
    internal DeviceRing? Running { get; set; }

    /// <summary>Whether the violation it stopped for was counted.</summary>
    internal bool IsReported { get; set; }

    internal bool CanRun => IsEnabled && IsStarted && HasAddresses && Size != 0;

    /// <summary>The eventfd through which the driver notifies us, or -1.</summary>
    internal int Kick => _kick;

    internal EventNotifier CreateNotifier() => new(_call);

    internal void SetKick(int descriptor) => Replace(ref _kick, descriptor);

    internal void SetCall(int descriptor) => Replace(ref _call, descriptor);

    internal void SetError(int descriptor) => Replace(ref _error, descriptor);

    /// <summary>Tells the peer that the ring stopped for what it did.</summary>
    internal void SignalError() => new EventNotifier(_error).Notify();

    /// <summary>Forgets everything.</summary>
    internal void Clear()
    {
        SetKick(-1);
        SetCall(-1);
        SetError(-1);
        Size = Base = 0;
        Addresses = default;
        LogAddress = null;
        HasAddresses = IsEnabled = IsStarted = IsReported = false;
        Running = null;
    }

    private static void Replace(ref int descriptor, int replacement)
    {
        if (descriptor >= 0)
        {
            _ = LibcSocket.Close(descriptor);
        }

        descriptor = replacement;
    }
}
