namespace PollIO.SideBySide.Contests;

/// <summary>What a forwarder moved.</summary>
/// <param name="RxPerSecond">Packets a second received on all ports.</param>
/// <param name="TxPerSecond">Packets a second sent on all ports.</param>
/// <param name="AllocatedBytes">Managed bytes allocated by the polling thread; null where there is no managed memory.</param>
/// <param name="Collections">Collections meanwhile.</param>
internal sealed record ForwardRates(double RxPerSecond, double TxPerSecond, long? AllocatedBytes = null, int? Collections = null)
{
    /// <summary>TSC cycles of polls that found packets, a packet; null where nobody counts them.</summary>
    public double? CyclesPerPacket { get; init; }
}
