using System.Globalization;
using PollIO.Pmd.Hugepages;
using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>
/// Works on NICs. It stays between measurements, so that it is compiled once, and has the NICs open only from "open" to "close" on
/// its standard input. A number puts so many bursts into circulation; anything is answered by the counters. The end of the input
/// ends it.
/// </summary>
internal static class NicWorker
{
    private const int PoolSize = 16384;

    internal static void Run(Arguments arguments)
    {
        IReadOnlyList<string> specs = arguments.TakeAll("--port");
        int burst = arguments.TakeInt32("--burst", 32, 1, 256);
        int cpu = arguments.TakeInt32("--cpu", 0, 0, 1023);
        string? text = arguments.Take("--mode");
        arguments.End();
        if (!Enum.TryParse(text, ignoreCase: true, out NicMode mode) || specs.Count != (mode == NicMode.Io ? 2 : 1))
        {
            throw new UsageException("worker nic wants --mode io and two --port, or --mode txonly or rxonly and one");
        }

        CpuSet.ReserveForLCores([cpu]);
        DmaMemory.Shared.DefaultAllocator = new HugepageAllocator();
        using var pool = new PacketPool(new PacketPoolOptions { Name = "nic", Count = PoolSize, CacheSize = 512 });
        NicSession? session = null;
        try
        {
            while (Console.In.ReadLine() is { } line)
            {
                if (line == "close")
                {
                    session?.Dispose();
                    session = null;
                    WorkerOutput.Write(new NicCounters(0, 0, 0, 0, 0, 0, 0, 0));
                    continue;
                }

                session ??= new NicSession(mode, specs, pool, burst, cpu);
                if (int.TryParse(line, NumberStyles.None, CultureInfo.InvariantCulture, out int bursts))
                {
                    session.Inject(bursts);
                }

                WorkerOutput.Write(session.Read());
            }
        }
        finally
        {
            session?.Dispose();
        }
    }
}
