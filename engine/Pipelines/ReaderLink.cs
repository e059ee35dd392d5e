using System.Runtime.InteropServices;

namespace PollIO.Pipelines;

/// <summary>What a polling core and a reader share: packets one way, spent packets the other.</summary>
internal sealed class ReaderLink(int quota) : PipeLink(quota)
{
    private Released _released;

    /// <summary>Packets for the reader.</summary>
    internal SpscRing<Packet> Delivered => ToEnd;

    /// <summary>Packets the reader has done with.</summary>
    internal SpscRing<Packet> Spent => ToCore;

    /// <summary>Packets that left the reader without coming back. Written by the reader alone.</summary>
    internal long Taken
    {
        get => Volatile.Read(ref _released.Taken);
        set => Volatile.Write(ref _released.Taken, value);
    }

    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct Released
    {
        [FieldOffset(128)] internal long Taken;
    }
}
