using System.Buffers;
using System.IO.Pipelines;
using PollIO.Pipelines;

namespace PollIO.Tests.Pipelines;

public sealed class PacketsKeepTheirBoundaries
{
    [Fact]
    public void PacketsAreTakenOneByOne()
    {
        using var rig = new PipeRig();
        byte[][] packets = [.. Enumerable.Range(1, 70).Select(i => PipeRig.Bytes(i, i))];
        rig.Supply(packets);

        Assert.True(rig.Reader.TryRead(out ReadResult result));

        Assert.Equal(packets, rig.Split(result.Buffer));
        rig.Reader.AdvanceTo(result.Buffer.End);
        rig.Poll();
        Assert.Equal(new PacketPipeStatistics(70, 70, 0, 0, 0, 0), rig.Pipe.Statistics);
    }

    [Fact]
    public void ChainIsOnePacketOfSeveralSegments()
    {
        using var rig = new PipeRig();
        byte[] a = PipeRig.Bytes(10), b = PipeRig.Bytes(200), c = PipeRig.Bytes(30);
        rig.Port.Rx.Arrive(rig.Make(a, b, [], c));
        rig.Supply(c);
        Assert.True(rig.Reader.TryRead(out ReadResult result));
        ReadOnlySequence<byte> rest = result.Buffer;

        Assert.True(rig.Reader.TryReadPacket(ref rest, out PacketView packet));

        Assert.Equal((false, 240), (packet.IsSingleSegment, packet.Length));
        Assert.Equal(a, packet.Span.ToArray());
        Assert.Equal([.. a, .. b, .. c], packet.Sequence.ToArray());
        Assert.True(rig.Reader.TryReadPacket(ref rest, out packet));
        Assert.True(packet.IsSingleSegment);
        Assert.False(rig.Reader.TryReadPacket(ref rest, out _));
        rig.Reader.AdvanceTo(rest.Start);
    }

    [Fact]
    public void PacketMayBeConsumedInParts()
    {
        using var rig = new PipeRig();
        byte[] a = PipeRig.Bytes(100), b = PipeRig.Bytes(60);
        rig.Port.Rx.Arrive(rig.Make(a, b));
        rig.Supply(PipeRig.Bytes(5));
        byte[] all = [.. a, .. b];
        foreach (int consumed in new[] { 14, 100, 120 })
        {
            Assert.True(rig.Reader.TryRead(out ReadResult part));
            rig.Reader.AdvanceTo(part.Buffer.GetPosition(consumed - (165 - part.Buffer.Length)));
            Assert.True(rig.Reader.TryRead(out part));
            ReadOnlySequence<byte> rest = part.Buffer;
            Assert.True(rig.Reader.TryReadPacket(ref rest, out PacketView packet));
            Assert.Equal(all[consumed..], packet.Sequence.ToArray());
            Assert.Equal(all.Length - consumed, packet.Length);
            rig.Reader.AdvanceTo(part.Buffer.Start);
            rig.Poll();
        }
    }

    [Fact]
    public void MetadataIsThatOfThePacket()
    {
        using var rig = new PipeRig();
        Packet marked = rig.Make(PipeRig.Bytes(60));
        marked.Metadata.Port = 7;
        marked.Metadata.Flags = PacketFlags.Timestamp | PacketFlags.VlanStripped | PacketFlags.RssHash | PacketFlags.IpChecksumGood | PacketFlags.L4ChecksumBad;
        marked.Metadata.Timestamp = 123_456_789;
        marked.Metadata.VlanTci = 0x2064;
        marked.Metadata.RssHash = 0xdeadbeef;
        Packet partial = rig.Make(PipeRig.Bytes(60));
        partial.Metadata.Flags = PacketFlags.ChecksumPartial;
        rig.Port.Rx.Arrive(marked);
        rig.Port.Rx.Arrive(partial);
        rig.Poll();
        Assert.True(rig.Reader.TryRead(out ReadResult result));
        ReadOnlySequence<byte> rest = result.Buffer;

        Assert.True(rig.Reader.TryReadPacket(ref rest, out PacketView packet));
        Assert.Equal((7, 123_456_789L, (ushort)0x2064, 0xdeadbeef), (packet.Port, packet.Timestamp!.Value, packet.VlanTci!.Value, packet.RssHash!.Value));
        Assert.Equal((ChecksumVerdict.Good, ChecksumVerdict.Bad), (packet.IpChecksum, packet.L4Checksum));
        Assert.True(rig.Reader.TryReadPacket(ref rest, out packet));
        Assert.Equal((null, null, null), (packet.Timestamp, packet.VlanTci, packet.RssHash));
        Assert.Equal((ChecksumVerdict.Unknown, ChecksumVerdict.Unfinished), (packet.IpChecksum, packet.L4Checksum));
    }

    [Fact]
    public void ForeignSequenceIsRefused()
    {
        using var rig = new PipeRig();
        using var other = new PipeRig();
        other.Supply(PipeRig.Bytes(9));
        rig.Supply(PipeRig.Bytes(9));
        Assert.True(other.Reader.TryRead(out ReadResult foreign));
        Assert.True(rig.Reader.TryRead(out _));
        ReadOnlySequence<byte> theirs = foreign.Buffer, array = new(PipeRig.Bytes(9));

        Assert.Throws<ArgumentException>(() => rig.Reader.TryReadPacket(ref theirs, out _));
        Assert.Throws<ArgumentException>(() => rig.Reader.TryReadPacket(ref array, out _));
        Assert.Throws<ArgumentException>(() => rig.Reader.AdvanceTo(foreign.Buffer.End));
        Assert.Throws<ArgumentException>(() => rig.Reader.AdvanceTo(array.End));
        ReadOnlySequence<byte> nothing = default;
        Assert.False(rig.Reader.TryReadPacket(ref nothing, out _));
    }

    [Fact]
    public void SliceThatCutsAPacketHoldsNoWholePacket()
    {
        using var rig = new PipeRig();
        rig.Supply(PipeRig.Bytes(20), PipeRig.Bytes(30));
        Assert.True(rig.Reader.TryRead(out ReadResult result));
        ReadOnlySequence<byte> cut = result.Buffer.Slice(0, 40);

        Assert.True(rig.Reader.TryReadPacket(ref cut, out PacketView packet));
        Assert.Equal(20, packet.Length);
        Assert.False(rig.Reader.TryReadPacket(ref cut, out _));
        Assert.Equal(20, cut.Length);
    }

    [Fact]
    public void AdvancingToWhatWasConsumedThrows()
    {
        using var rig = new PipeRig();
        rig.Supply(PipeRig.Bytes(20), PipeRig.Bytes(30));
        Assert.True(rig.Reader.TryRead(out ReadResult result));
        SequencePosition early = result.Buffer.Start;
        rig.Reader.AdvanceTo(result.Buffer.GetPosition(25));
        Assert.True(rig.Reader.TryRead(out result));

        Assert.Throws<InvalidOperationException>(() => rig.Reader.AdvanceTo(early));
        rig.Reader.AdvanceTo(result.Buffer.End);
    }

    [Fact]
    public void MemoryThatOutlivesItsPacketIsCaught()
    {
        Assert.SkipUnless(PacketTracking.Enabled, "ownership tracking is off");
        using var rig = new PipeRig();
        rig.Supply(PipeRig.Bytes(20));
        Assert.True(rig.Reader.TryRead(out ReadResult result));
        ReadOnlyMemory<byte> kept = result.Buffer.First;
        Assert.Equal(20, kept.Span.Length);

        rig.Reader.AdvanceTo(result.Buffer.End);
        rig.Poll();

        Assert.Throws<PacketOwnershipException>(() => kept.Span.Length);
    }

    [Fact]
    public void ReadThatWouldHoldTooManyThrows()
    {
        using var rig = new PipeRig(new PacketPipeOptions { Quota = 16, MaxHeldPackets = 4 });
        rig.Supply([.. Enumerable.Range(1, 6).Select(i => PipeRig.Bytes(i))]);
        Assert.True(rig.Reader.TryRead(out ReadResult result));
        Assert.Equal(1 + 2 + 3 + 4, result.Buffer.Length);
        rig.Reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);

        Assert.Throws<InvalidOperationException>(() => rig.Reader.TryRead(out _));
        Assert.Throws<InvalidOperationException>(() => { _ = rig.Reader.ReadAsync(); });
        Assert.Throws<InvalidOperationException>(() => { _ = rig.Reader.ReadAtLeastAsync(11); });
    }

    [Fact]
    public void PacketsComeFromEveryQueueOfThePort()
    {
        using PacketPool pool = Pools.Create(4096);
        using var port = new RigPort();
        port.Configure(new PortConfig { Pool = pool, RxQueues = 3 });
        port.Start();
        using (PacketPipe pipe = port.AsDuplexPipe(), one = port.AsDuplexPipe(queue: 2))
        {
            foreach (RigRxQueue queue in port.RxQueues.Cast<RigRxQueue>())
            {
                Packet packet = pool.Take();
                Assert.True(packet.TryAppend(10 + queue.Index, out _));
                queue.Arrive(packet);
            }

            one.Poll();
            pipe.Poll();
            Assert.True(one.Input.TryRead(out ReadResult result));
            Assert.Equal(12, result.Buffer.Length);
            Assert.True(pipe.Input.TryRead(out result));
            Assert.Equal(10 + 11, result.Buffer.Length);
            Assert.Throws<ArgumentOutOfRangeException>(() => port.AsDuplexPipe(queue: 3));
        }

        port.Dispose();
        Assert.Equal(0, pool.Outstanding);
    }

}
