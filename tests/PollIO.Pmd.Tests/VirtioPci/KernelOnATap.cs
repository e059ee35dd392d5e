using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Support.Qemu;

namespace PollIO.Pmd.Tests.VirtioPci;

/// <summary>A kernel at the device's other end, through a tap interface: several queues, and checksums left to the wire.</summary>
[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class KernelOnATap : IDisposable
{
    private const int Flows = 64;
    private const int PacketsPerFlow = 20;
    private const string KernelAddress = "10.99.0.2";
    private const string OurAddress = "10.99.0.1";

    // From the kernel's end to ours: the headers of a frame before UDP's ports.
    private const int UdpOffset = 34;

    private readonly NetworkNamespace _kernel;

    public KernelOnATap()
    {
        NetworkNamespace.Require();
        _kernel = new NetworkNamespace();
    }

    public void Dispose() => _kernel.Dispose();

    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    public void TwoQueuePairsCarryEveryFlow(string model)
    {
        using QemuPort port = Open(model + ",mq=on,vectors=6", 2, QemuPort.Settings with { RxQueues = 2, TxQueues = 2 });
        using Socket socket = _kernel.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
        socket.ReceiveTimeout = 20_000;

        // Towards the kernel: a queue each for half of the flows.
        for (int i = 0; i < Flows * PacketsPerFlow; i++)
        {
            int flow = i % Flows;
            Assert.Equal(1, port.Port.TxQueues[flow % 2].Transmit([port.Make(ToKernel(flow, i))]));
            var datagram = new byte[100];
            Assert.Equal(58, socket.Receive(datagram));
            Assert.Equal(i, BinaryPrimitives.ReadInt32BigEndian(datagram));
        }

        // From the kernel: the tap chooses by flow.
        Socket[] sources = [.. Enumerable.Range(0, Flows).Select(_ => _kernel.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)))];
        var seen = new HashSet<(int Port, int Sequence)>();
        var queues = new HashSet<int>();
        var burst = new Packet[32];
        for (int i = 0; i < PacketsPerFlow; i++)
        {
            foreach (Socket source in sources)
            {
                source.SendTo(BitConverter.GetBytes(i), new IPEndPoint(IPAddress.Parse(OurAddress), 7000));
            }

            QemuPort.WaitUntil(() =>
            {
                foreach (RxQueue queue in port.Port.RxQueues)
                {
                    foreach (Packet packet in burst.AsSpan(0, queue.Receive(burst)))
                    {
                        byte[] frame = PacketMaker.TakeBytes(packet);
                        Assert.True(seen.Add((BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(UdpOffset)), BitConverter.ToInt32(frame, UdpOffset + 8))));
                        queues.Add(queue.Index);
                    }
                }

                return seen.Count == (i + 1) * Flows;
            });
        }

        Array.ForEach(sources, source => source.Dispose());
        Assert.Equal([0, 1], queues.Order());
    }

    /// <summary>The kernel takes an unfinished checksum when the header says so, and only then.</summary>
    [Theory]
    [InlineData(Models.Split)]
    [InlineData(Models.Packed)]
    public void ChecksumsAreLeftToTheDevice(string model)
    {
        using QemuPort port = Open(model, 1, QemuPort.Settings with { TxOffloads = TxOffloads.Checksum, RxOffloads = RxOffloads.Checksum });
        using Socket socket = _kernel.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.Bind(new IPEndPoint(IPAddress.Any, 5000));
        socket.ReceiveTimeout = 20_000;
        byte[] frame = ToKernel(1, 77);
        frame.AsSpan(24, 2).Clear();
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(UdpOffset + 6), 0x1234);
        port.Send(port.Make(frame));
        Packet asked = port.Make(frame);
        (asked.Metadata.L2Length, asked.Metadata.L3Length) = (14, 20);
        asked.Metadata.TxFlags = TxFlags.IpChecksum | TxFlags.UdpChecksum;
        asked.Data[UdpOffset + 8 + 3] = 78;
        port.Send(asked);

        var datagram = new byte[100];
        Assert.Equal(58, socket.Receive(datagram));
        Assert.Equal(78, BinaryPrimitives.ReadInt32BigEndian(datagram));

        socket.SendTo(datagram, 58, SocketFlags.None, new IPEndPoint(IPAddress.Parse(OurAddress), 7000));
        Packet received = port.Receive(1)[0];
        Assert.Equal(PacketFlags.ChecksumPartial, received.Metadata.Flags);
        Assert.Equal((UdpOffset, 6), (received.Metadata.ChecksumStart, received.Metadata.ChecksumOffset));
        received.Free();
    }

    /// <summary>Without the offload the kernel finishes its checksums before they come to us.</summary>
    [Fact]
    public void OffloadsNotAskedForAreNotNegotiated()
    {
        using QemuPort port = Open(Models.Split, 1, QemuPort.Settings);
        using Socket socket = _kernel.Inside(() => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp));
        socket.SendTo(new byte[58], new IPEndPoint(IPAddress.Parse(OurAddress), 7000));

        Packet received = port.Receive(1)[0];

        Assert.Equal(PacketFlags.None, received.Metadata.Flags);
        received.Free();
    }

    private QemuPort Open(string model, int queues, PortConfig config)
    {
        var port = new QemuPort(new QemuNic(model, _kernel, queues), config);
        try
        {
            NetworkNamespace.Ip($"-n {_kernel.Name} link set {QemuNic.Tap} up");
            NetworkNamespace.Ip($"-n {_kernel.Name} addr add {KernelAddress}/24 dev {QemuNic.Tap}");
            NetworkNamespace.Ip($"-n {_kernel.Name} neigh replace {OurAddress} lladdr {QemuNic.Address} dev {QemuNic.Tap} nud permanent");
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    /// <summary>A datagram that the kernel takes for its own: broadcast on the link, UDP's checksum left out.</summary>
    private static byte[] ToKernel(int flow, int sequence)
    {
        byte[] frame = Frames.MakeUdp(100, (ushort)(1000 + flow), sequence);
        frame.AsSpan(0, 6).Fill(0xff);
        IPAddress.Parse(OurAddress).GetAddressBytes().CopyTo(frame, 26);
        IPAddress.Parse(KernelAddress).GetAddressBytes().CopyTo(frame, 30);
        ushort checksum = PollIO.Wire.InternetChecksum.Compute(frame.AsSpan(14, 20));
        BinaryPrimitives.WriteUInt16BigEndian(frame.AsSpan(24), checksum);
        return frame;
    }
}
