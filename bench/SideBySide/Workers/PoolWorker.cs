using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>Packets taken from a pool and given back, in the loop of DPDK's mempool_perf_autotest with a cache on one core.</summary>
internal static class PoolWorker
{
    private const int PacketsPerRound = 65536;

    internal static void Run(Arguments arguments)
    {
        double seconds = arguments.TakeDouble("--seconds", 3, 0.01, 60);
        double warmup = arguments.TakeDouble("--warmup", 1, 0, 60);
        int cpu = arguments.TakeInt32("--cpu", 1, 0, 1023);
        arguments.End();

        // A cache of 512 and as many packets as that test has on one core.
        using var pool = new PacketPool(new PacketPoolOptions { Name = "pool", Count = 1023, CacheSize = 512 });
        OneCore.Run(cpu, warmup, seconds, () => [.. PoolShape.All.Select(shape => CreateShape(pool, shape))]);
    }

    private static OneCore.Shape CreateShape(PacketPool pool, PoolShape shape)
    {
        var packets = new Packet[shape.Keep];
        return new OneCore.Shape(shape.Key, PacketsPerRound, () => TakeAndGiveBack(pool, packets, shape.Burst));
    }

    private static void TakeAndGiveBack(PacketPool pool, Packet[] packets, int burst)
    {
        for (int i = 0; i < PacketsPerRound / packets.Length; i++)
        {
            for (int index = 0; index < packets.Length; index += burst)
            {
                if (pool.AllocateRaw(packets.AsSpan(index, burst)) != burst)
                {
                    throw new InvalidOperationException("the pool ran dry");
                }
            }

            for (int index = 0; index < packets.Length; index += burst)
            {
                PacketPool.Free(packets.AsSpan(index, burst));
            }
        }
    }
}
