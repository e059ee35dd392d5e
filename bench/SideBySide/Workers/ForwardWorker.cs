using System.Diagnostics;
using PollIO.Pmd;
using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>
/// Forwards between two ports, both ways, or receives and frees on one, on one lcore. Every line on standard input is answered by
/// the counters; the end of the input ends it.
/// </summary>
internal static class ForwardWorker
{
    private const int PoolSize = 16384;

    internal static void Run(Arguments arguments)
    {
        IReadOnlyList<string> specs = arguments.TakeAll("--port");
        int burst = arguments.TakeInt32("--burst", 32, 1, 256);
        int cache = arguments.TakeInt32("--cache", 512, 64, 4096);
        int cpu = arguments.TakeInt32("--cpu", 1, 0, 1023);
        arguments.End();
        if (specs.Count is not (1 or 2))
        {
            throw new UsageException("worker forward wants one --port, whose packets it frees, or two");
        }

        CpuSet.ReserveForLCores([cpu]);
        using var pool = new PacketPool(new PacketPoolOptions { Name = "forward", Count = PoolSize, CacheSize = cache });
        Port[] ports = [.. specs.Select(PortFactory.Open)];
        try
        {
            foreach (Port port in ports)
            {
                port.Configure(new PortConfig { Pool = pool, MaxBurst = burst, Promiscuous = true });
                port.Start();
            }

            var options = new LCoreOptions { Cpu = cpu };
            ForwardLane[] lanes = ports is [Port first, Port second]
                ? [new ForwardLane(first.RxQueues[0], second.TxQueues[0], burst), new ForwardLane(second.RxQueues[0], first.TxQueues[0], burst)]
                : [new ForwardLane(ports[0].RxQueues[0], null, burst)];
            using LCore lcore = ports.Length == 2
                ? LCore.Launch(options, new ForwardProcessor(lanes[0], lanes[1]))
                : LCore.Launch(options, new ReceiveProcessor(lanes[0]));
            while (Console.In.ReadLine() is not null)
            {
                WorkerOutput.Write(Read(ports, lanes, lcore));
            }
        }
        finally
        {
            Array.ForEach(ports, port => port.Dispose());
        }
    }

    private static ForwardCounters Read(Port[] ports, ForwardLane[] lanes, LCore lcore) => new(
        Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency,
        ports.Sum(port => port.RxQueues[0].Counters.Read().Packets),
        ports.Sum(port => port.TxQueues[0].Counters.Read().Packets),
        lanes.Sum(lane => lane.Dropped),
        lcore.Statistics.AllocatedBytes,
        GC.CollectionCount(0));
}
