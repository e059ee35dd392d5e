using System.Diagnostics;
using PollIO.Pmd;
using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>
/// Receives on a port and says when the first packet came, to a millisecond; goes on until its input ends. It sleeps between looks:
/// senders set themselves up on the same CPU.
/// </summary>
internal static class FirstPacketWorker
{
    /// <summary>The line that says that it listens.</summary>
    internal const string Ready = "ready";

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(1);

    internal static void Run(Arguments arguments)
    {
        string spec = arguments.Take("--port") ?? throw new UsageException("worker first-packet wants a --port");
        arguments.End();
        using var pool = new PacketPool(new PacketPoolOptions { Name = "first-packet", Count = 8192 });
        using Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = pool, Promiscuous = true });
        port.Start();
        Console.Out.WriteLine(Ready);
        Console.Out.Flush();

        RxQueue rx = port.RxQueues[0];
        var packets = new Packet[32];
        int received;
        while ((received = rx.Receive(packets)) == 0)
        {
            Thread.Sleep(s_look);
        }

        WorkerOutput.Write(new FirstPacket(Stopwatch.GetTimestamp()));
        PacketPool.Free(packets.AsSpan(0, received));
        Console.In.ReadToEnd();
    }
}
