namespace PollIO.Pmd.Null;

/// <summary>Frees every packet.</summary>
internal sealed class NullTxQueue(Port port, int index) : TxQueue(port, index)
{
    private PacketSink _sink;

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets) =>
        new(packets.Length, _sink.Free(packets));
}
