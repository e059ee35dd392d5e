namespace PollIO;

/// <summary>What a driver moved in one call; returned in two registers.</summary>
/// <param name="Packets">Packets moved.</param>
/// <param name="Bytes">Their data bytes, without those of packets that were consumed but dropped.</param>
/// <remarks>For a TX queue <paramref name="Packets"/> counts what was taken, dropped packets included (<see cref="TxQueue.Drop"/>).</remarks>
public readonly record struct Burst(int Packets, long Bytes)
{
    /// <summary>Nothing moved.</summary>
    public static Burst None => default;
}
