using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.AfPacket;

[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class FramesAreCarriedByteForByte
{
    private const int MaxPlain = 1514;

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void InEverySizeReceived(int version)
    {
        using var peer = new OnePeer();
        using var port = new TestPort($"{peer.Spec}?version={version}");
        using var raw = new RawPeer(peer.Wire);
        byte[][] sent = [.. Enumerable.Range(14, MaxPlain - 13).Select(size => Frames.Make(size, size)), .. Tagged()];

        // In portions that fit the peer's backlog.
        foreach (byte[][] portion in sent.Chunk(100))
        {
            Array.ForEach(portion, frame => raw.Send(frame));
            foreach ((byte[] frame, Packet packet) in portion.Zip(port.Receive(portion.Length)))
            {
                Assert.Equal(frame, PacketMaker.TakeBytes(packet));
            }
        }

        Assert.Equal((sent.Length, sent.Sum(frame => frame.Length)), (port.Received.Packets, port.Received.Bytes));
        Assert.Equal(0, port.Received.Drops);
    }

    [Theory]
    [InlineData(int.MaxValue)]
    [InlineData(100)]
    public void InEverySizeSent(int segment)
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        using var raw = new RawPeer(peer.Wire);
        byte[][] sent = [.. Enumerable.Range(14, MaxPlain - 13).Select(size => Frames.Make(size, size)), .. Tagged()];
        foreach (byte[][] portion in sent.Chunk(100))
        {
            Packet[] packets = [.. portion.Select(frame => port.Make(frame, segment))];
            Assert.Equal(packets.Length, port.Tx.Transmit(packets));
            foreach (byte[] frame in portion)
            {
                byte[] expected = frame.Length > MaxPlain ? [.. frame[..12], .. frame[16..]] : frame;
                Assert.Equal(expected, raw.Receive());
            }
        }

        Assert.Equal((sent.Length, sent.Sum(frame => frame.Length)), (port.Sent.Packets, port.Sent.Bytes));
        Assert.Equal((0, 0), (port.Sent.Drops, port.Pool.Outstanding));
    }

    [Fact]
    public void ExceptThoseThatCannotBeSent()
    {
        using var peer = new OnePeer();
        using var port = new TestPort(peer.Spec);
        using var raw = new RawPeer(peer.Wire);
        byte[] good = Frames.Make(60);
        Packet[] packets =
        [
            port.Make(Frames.Make(MaxPlain + 1)),
            port.Make(good),
            port.Make(Frames.Make(1700), segment: 100),
            port.Make(good.AsSpan(0, 13)),
            port.Make(Frames.Make(2048)),
            port.Make(good),
        ];
        Packet unfinished = port.Make(good);
        unfinished.Metadata.Flags |= PacketFlags.ChecksumPartial;
        unfinished.Metadata.ChecksumStart = 59;
        unfinished.Metadata.ChecksumOffset = 6;

        Assert.Equal(packets.Length + 1, port.Tx.Transmit([.. packets, unfinished]));

        Assert.Equal(good, raw.Receive());
        Assert.Equal(good, raw.Receive());
        QueueStatistics sent = port.Sent;
        Assert.Equal((2, 120), (sent.Packets, sent.Bytes));
        Assert.Equal((2, 1, 2), (sent.DropsBy(DropCause.TooLong), sent.DropsBy(DropCause.TooManySegments), sent.DropsBy(DropCause.Refused)));
        Assert.Equal(2, sent.Errors);
        Assert.Equal(0, port.Pool.Outstanding);
    }

    private static IEnumerable<byte[]> Tagged() => Enumerable.Range(MaxPlain - 3, 4).Select(size => Frames.Tag(Frames.Make(size, size), 0x8100, 5))
        .Where(frame => frame.Length > MaxPlain);
}
