using System.Net;
using System.Net.Sockets;
using PollIO.Pmd.Tests.Support;
using PollIO.Wire;

namespace PollIO.Pmd.Tests.AfPacket;

/// <summary>A kernel leaves transport checksums to the NIC; a veth pair passes them on unfinished.</summary>
[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class UnfinishedChecksums
{
    private const int Port = 5003;

    [Theory]
    [InlineData("10.99.0.2", 34, false, 2)]
    [InlineData("2001:db8::2", 54, false, 2)]
    [InlineData("10.99.0.2", 34, false, 3)]
    [InlineData("10.99.0.2", 38, true, 2)]
    [InlineData("2001:db8::2", 58, true, 3)]
    public async Task AreMarkedAndCanBeFinishedAndSent(string address, int start, bool tagged, int version)
    {
        using var peers = new TwoPeers();
        if (tagged)
        {
            TaggingFilter.Add(peers.First, (0x8100, 10));
            TaggingFilter.Add(peers.Second, (0x8100, 10));
        }

        using var first = new TestPort($"af_packet:{peers.First.Outer}?version={version}");
        using var second = new TestPort($"af_packet:{peers.Second.Outer}?version={version}");
        var target = new IPEndPoint(IPAddress.Parse(address), Port);
        using (new Forwarder(first.Port, second.Port))
        {
            // The kernels learn each other's addresses.
            Assert.Equal(1, await peers.PingAsync(target.Address.ToString(), 1));
        }

        using Socket receiver = peers.Second.Peer.Inside(() => new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        using Socket sender = peers.First.Peer.Inside(() => new Socket(target.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
        receiver.Bind(target);
        byte[] payload = Frames.Make(201);
        await sender.SendToAsync(payload, target);
        Packet packet = ReceiveUdp(first);

        Assert.True(packet.Metadata.Flags.HasFlag(PacketFlags.ChecksumPartial));
        Assert.False(packet.Metadata.Flags.HasFlag(PacketFlags.L4ChecksumGood));
        Assert.Equal((start, 6), (packet.Metadata.ChecksumStart, packet.Metadata.ChecksumOffset));
        byte[] frame = packet.Data.ToArray();
        Assert.Equal(ChecksumStatus.Bad, ChecksumCompletion.VerifyTransport(frame, PacketParser.Parse(frame)));
        Assert.True(ChecksumCompletion.TryComplete(frame, start, 6));
        Assert.Equal(ChecksumStatus.Good, ChecksumCompletion.VerifyTransport(frame, PacketParser.Parse(frame)));

        // Unfinished as it is, then finished by us: the receiving kernel takes both.
        second.Send(packet);
        second.Send(second.Make(frame));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        for (int i = 0; i < 2; i++)
        {
            var datagram = new byte[2048];
            int length = await receiver.ReceiveAsync(datagram, patience.Token);
            Assert.Equal(payload, datagram[..length]);
        }
    }

    private static Packet ReceiveUdp(TestPort port)
    {
        while (true)
        {
            Packet packet = port.Receive(1)[0];
            if (PacketParser.Parse(packet.Data).Protocol == IpProtocol.Udp)
            {
                return packet;
            }

            packet.Free();
        }
    }
}
