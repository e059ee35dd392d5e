namespace PollIO.Pmd.Virtio.Device;

/// <summary>Transmits into the buffers a driver gives; without one, packets are dropped and counted.</summary>
internal sealed class DeviceTxQueue(Port port, int index) : TxQueue(port, index)
{
    private PacketSink _sink;

    /// <summary>The ring, or null while the driver has none. Changed only while no lcore is inside.</summary>
    internal DeviceRing? Ring { get; set; }

    protected override Burst TransmitBurst(ReadOnlySpan<Packet> packets)
    {
        if (Ring is not { } ring || ring.Violation != RingViolation.None)
        {
            Drop(packets, Ring is null ? DropCause.LinkDown : DropCause.Refused);
            return new Burst(packets.Length, 0);
        }

        int done = ring.Transmit(packets, out TransmitStop stop);
        long bytes = done == 0 ? 0 : _sink.Free(packets[..done]);
        while (stop != TransmitStop.Full)
        {
            PassOver(packets.Slice(done, 1), stop, out int passed);
            done += passed;
            int more = ring.Transmit(packets[done..], out stop);
            bytes += more == 0 ? 0 : _sink.Free(packets.Slice(done, more));
            done += more;
        }

        return new Burst(done, bytes);
    }

    /// <summary>Finishes the checksum of a packet, which is then tried again, or drops it.</summary>
    private void PassOver(ReadOnlySpan<Packet> packet, TransmitStop stop, out int passed)
    {
        passed = 0;
        if (stop == TransmitStop.Unfinished && PartialChecksum.TryFinish(packet[0]))
        {
            return;
        }

        Drop(packet, stop == TransmitStop.TooLong ? DropCause.TooLong : DropCause.Refused);
        passed = 1;
    }
}
