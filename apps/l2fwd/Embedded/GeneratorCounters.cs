using System.Runtime.InteropServices;

namespace PollIO.Apps.L2fwd.Embedded;

/// <summary>What the generator has seen, padded so that no other lcore's writes share its cache lines.</summary>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct GeneratorCounters
{
    /// <summary>Packets sent; the number of the next one.</summary>
    [FieldOffset(128)] internal long Sent;

    /// <summary>Packets that came back, in order.</summary>
    [FieldOffset(136)] internal long Received;

    /// <summary>Packets whose numbers were skipped.</summary>
    [FieldOffset(144)] internal long Lost;

    /// <summary>Packets that came after a later one, or twice.</summary>
    [FieldOffset(152)] internal long OutOfOrder;

    /// <summary>Packets that are not the generator's.</summary>
    [FieldOffset(160)] internal long Foreign;

    /// <summary>The number that comes next.</summary>
    [FieldOffset(168)] internal long Expected;
}
