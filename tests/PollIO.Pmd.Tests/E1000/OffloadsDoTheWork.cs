using System.Buffers.Binary;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;
using PollIO.Wire;

namespace PollIO.Pmd.Tests.E1000;

[Trait("tier", "peer")]
public sealed class OffloadsDoTheWork
{
    // UDP from 192.168.0.1:1 to 192.168.0.199:2, "pollio"; both checksums worked out elsewhere.
    private const string Datagram =
        "020000000002" + "020000000001" + "0800" +
        "4500002200000000" + "4011" + "f8b2" + "c0a80001" + "c0a800c7" +
        "00010002000e" + "376b" + "706f6c6c696f";

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void ChecksumsAreFilledIn(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { TxOffloads = TxOffloads.Checksum });
        byte[] whole = Convert.FromHexString(Datagram);
        byte[] bare = [.. whole];
        bare.AsSpan(24, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bare.AsSpan(40), Seed(whole, 17));
        foreach (int segment in new[] { 1000, 42 })
        {
            Packet packet = port.Make(bare, segment);
            packet.Metadata.TxFlags = TxFlags.IpChecksum | TxFlags.UdpChecksum;
            (packet.Metadata.L2Length, packet.Metadata.L3Length) = (14, 20);
            port.Send(packet);
            Assert.Equal(whole, port.Nic.ReceiveFromNic());
        }

        // A kernel peer's unfinished checksum; the header's is whole.
        whole.AsSpan(24, 2).CopyTo(bare.AsSpan(24));
        Packet partial = port.Make(bare);
        partial.Metadata.Flags = PacketFlags.ChecksumPartial;
        (partial.Metadata.ChecksumStart, partial.Metadata.ChecksumOffset) = (34, 6);
        port.Send(partial);
        Assert.Equal(whole, port.Nic.ReceiveFromNic());

        // What asks for nothing stays as it is, also between others.
        port.Send(port.Make(bare));
        Assert.Equal(bare, port.Nic.ReceiveFromNic());
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void TcpChecksumsOfManyLengthsAreValid(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { TxOffloads = TxOffloads.Checksum });
        for (int size = 60; size <= 1514; size += 13)
        {
            byte[] frame = Frames.Make(size, seed: size);
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(12), 0x0800);
            new byte[] { 0x45, 0, (byte)((size - 14) >> 8), (byte)(size - 14), 0, 0, 0, 0, 64, 6, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2 }.CopyTo(frame, 14);
            frame[46] = 0x50;
            BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(50), Seed(frame, 6));
            Packet packet = port.Make(frame);
            packet.Metadata.TxFlags = TxFlags.IpChecksum | TxFlags.TcpChecksum;
            (packet.Metadata.L2Length, packet.Metadata.L3Length, packet.Metadata.L4Length) = (14, 20, 20);
            port.Send(packet);
            byte[] sent = port.Nic.ReceiveFromNic();

            Assert.True(InternetChecksum.IsValid(sent.AsSpan(14, 20)), $"IP header of {size} bytes");
            Assert.True(InternetChecksum.IsValid(sent.AsSpan(34), Pseudo(sent, 6)), $"TCP of {size} bytes");
            Assert.Equal(frame.AsSpan(52), sent.AsSpan(52));
        }
    }

    /// <summary>The 82574's model verifies; the 8254x's says that it did not look.</summary>
    [Theory]
    [InlineData("e1000e", true)]
    [InlineData("e1000", false)]
    public void ReceivedChecksumsAreVerified(string model, bool verifies)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { RxOffloads = RxOffloads.Checksum });
        byte[] good = [.. Convert.FromHexString(Datagram), .. new byte[12]], bad = [.. good];
        bad[45] ^= 1;
        port.Nic.SendToNic(good);
        port.Nic.SendToNic(bad);
        List<Packet> packets = port.Receive(2);
        PacketFlags[] flags = [.. packets.Select(packet => packet.Metadata.Flags)];
        PacketPool.Free(packets.ToArray());

        const PacketFlags ip = PacketFlags.IpChecksumGood;
        Assert.Equal(verifies ? [ip | PacketFlags.L4ChecksumGood, ip | PacketFlags.L4ChecksumBad] : [PacketFlags.None, PacketFlags.None], flags);
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void TagsAreTakenOutAndPutIn(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { RxOffloads = RxOffloads.VlanStrip, TxOffloads = TxOffloads.VlanInsert });
        byte[] plain = Frames.Make(300, seed: 1), tagged = Frames.Tag(plain, 0x8100, 0x6123);
        port.Nic.SendToNic(tagged);
        Packet packet = port.Receive(1)[0];
        Assert.Equal((PacketFlags.VlanStripped, (ushort)0x6123), (packet.Metadata.Flags, packet.Metadata.VlanTci));
        Assert.Equal(plain, packet.Data.ToArray());

        packet.Metadata.TxFlags = TxFlags.VlanInsert;
        port.Send(packet);
        Assert.Equal(tagged, port.Nic.ReceiveFromNic());
        port.Nic.SendToNic(plain);
        Assert.Equal(plain, port.ReceiveBytes());
    }

    [Theory]
    [InlineData("e1000e")]
    [InlineData("e1000")]
    public void TagsNobodyAskedToTakeOutStayInTheFrame(string model)
    {
        using var port = new QemuPort(model, QemuPort.Settings with { TxOffloads = TxOffloads.VlanInsert });
        byte[] tagged = Frames.Tag(Frames.Make(300, seed: 1), 0x8100, 0x6123);
        port.Nic.SendToNic(tagged);
        Assert.Equal(tagged, port.ReceiveBytes());
    }

    private static ulong Pseudo(ReadOnlySpan<byte> frame, byte protocol)
    {
        Span<byte> header = stackalloc byte[12];
        header.Clear();
        frame.Slice(26, 8).CopyTo(header);
        header[9] = protocol;
        BinaryPrimitives.WriteUInt16BigEndian(header[10..], (ushort)(BinaryPrimitives.ReadUInt16BigEndian(frame[16..]) - 20));
        return InternetChecksum.Accumulate(0, header);
    }

    private static ushort Seed(ReadOnlySpan<byte> frame, byte protocol) => InternetChecksum.Fold(Pseudo(frame, protocol));
}
