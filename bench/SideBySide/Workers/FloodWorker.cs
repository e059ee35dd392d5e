using PollIO.Pmd;
using PollIO.SideBySide.CommandLine;
using PollIO.Wire;

namespace PollIO.SideBySide.Workers;

/// <summary>Sends UDP frames of one size as fast as the port takes them, until its input ends. The generator of every af_packet contestant.</summary>
internal static class FloodWorker
{
    internal static void Run(Arguments arguments)
    {
        string spec = arguments.Take("--port") ?? throw new UsageException("worker flood wants a --port");
        int size = arguments.TakeInt32("--size", 64, 60, 1514);
        int cpu = arguments.TakeInt32("--cpu", 0, 0, 1023);
        arguments.End();
        CpuSet.ReserveForLCores([cpu]);
        using var pool = new PacketPool(new PacketPoolOptions { Name = "flood", Count = 4096 });
        using Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        using (LCore.Launch(new LCoreOptions { Cpu = cpu }, new FloodProcessor(port.TxQueues[0], pool, BuildFrame(size))))
        {
            Console.In.ReadToEnd();
        }
    }

    /// <summary>A frame between documentation addresses (RFC 5737) to a station that is not there.</summary>
    internal static byte[] BuildFrame(int size)
    {
        byte[] frame = new byte[size];
        int payload = size - EthernetHeader.Size - IPv4Header.MinSize - UdpHeader.Size;
        if (!EthernetHeaderWriter.TryCreate(frame, out EthernetHeaderWriter ethernet)
            || !IPv4HeaderWriter.TryCreate(ethernet.Payload, optionsLength: 0, UdpHeader.Size + payload, out IPv4HeaderWriter ip)
            || !UdpHeaderWriter.TryCreate(ip.Payload, payload, out UdpHeaderWriter udp))
        {
            throw new PollIOException("build frame", $"{size} bytes", "the headers do not fit");
        }

        ethernet.Destination = new MacAddress(0x02_00_00_00_00_02UL);
        ethernet.Source = new MacAddress(0x02_00_00_00_00_01UL);
        ethernet.EtherType = EtherType.IPv4;
        ip.TimeToLive = 64;
        ip.Protocol = IpProtocol.Udp;
        ip.Source = new IPv4Address(192, 0, 2, 1);
        ip.Destination = new IPv4Address(192, 0, 2, 2);
        ip.UpdateChecksum();
        udp.SourcePort = 1024;
        udp.DestinationPort = 9;
        udp.UpdateChecksum(ip.PseudoHeaderSum);
        return frame;
    }
}
