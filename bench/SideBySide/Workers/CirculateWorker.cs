using System.Diagnostics;
using System.Globalization;
using PollIO.Pmd;
using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>
/// Sends out of one port what came in by it. Every line on standard input is answered by the counters; a number in it puts so many
/// bursts into circulation, once the link is up. The end of the input ends it.
/// </summary>
internal static class CirculateWorker
{
    private const int PoolSize = 16384;

    private static readonly TimeSpan s_linkTime = TimeSpan.FromSeconds(20);

    internal static void Run(Arguments arguments)
    {
        string spec = arguments.Take("--port") ?? throw new UsageException("worker circulate wants a --port");
        int burst = arguments.TakeInt32("--burst", 32, 1, 256);
        int size = arguments.TakeInt32("--size", 64, 60, 1518);
        int cpu = arguments.TakeInt32("--cpu", 1, 0, 1023);
        arguments.End();

        CpuSet.ReserveForLCores([cpu]);
        using var pool = new PacketPool(new PacketPoolOptions { Name = "circulate", Count = PoolSize, CacheSize = 512 });
        using Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = pool, MaxBurst = burst });
        port.Start();
        var lane = new CirculateLane(port, pool, burst, size);
        using LCore lcore = LCore.Launch(new LCoreOptions { Cpu = cpu }, new CirculateProcessor(lane));
        while (Console.In.ReadLine() is { } line)
        {
            if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int bursts))
            {
                WaitForLink(port);
                lane.Inject(bursts);
            }

            WorkerOutput.Write(Read(port, lcore));
        }
    }

    private static void WaitForLink(Port port)
    {
        if (!SpinWait.SpinUntil(() => port.Link.IsUp, s_linkTime))
        {
            throw new PollIOException("circulate", port.Name, $"the link did not come up within {s_linkTime.TotalSeconds} s");
        }
    }

    private static CirculateCounters Read(Port port, LCore lcore) => new(
        Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency,
        port.RxQueues[0].Counters.Read().Packets,
        port.TxQueues[0].Counters.Read().Packets,
        lcore.Statistics.BusyCycles,
        lcore.Statistics.AllocatedBytes,
        GC.CollectionCount(0));
}
