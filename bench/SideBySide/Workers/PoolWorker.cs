using PollIO.Pmd;
using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>
/// Packets taken from a pool and given back, in the loop of DPDK's mempool_perf_autotest with a cache on one core: by the pool's
/// raw calls, which look at no packet, by its usual calls, which leave metadata as it was, and by the source and sink of a driver's queues, which reset every packet and count bytes.
/// </summary>
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
        using Port port = PortFactory.Open("null:");
        OneCore.Run(cpu, warmup, seconds, () =>
        [
            .. PoolShape.All.Select(shape => CreateRaw(pool, shape)),
            .. PoolShape.All.Select(shape => CreateCalls(pool, shape)),
            .. PoolShape.All.Select(shape => CreateDriver(pool, port, shape)),
        ]);
    }

    private static OneCore.Shape CreateRaw(PacketPool pool, PoolShape shape)
    {
        var packets = new Packet[shape.Keep];
        return new OneCore.Shape(shape.RawRow.Key, PacketsPerRound, () =>
        {
            for (int round = 0; round < PacketsPerRound / packets.Length; round++)
            {
                TakeAndGiveBackRaw(pool, packets, shape.Burst);
            }
        });
    }

    private static OneCore.Shape CreateCalls(PacketPool pool, PoolShape shape)
    {
        var packets = new Packet[shape.Keep];
        return new OneCore.Shape(shape.CallsRow.Key, PacketsPerRound, () =>
        {
            for (int round = 0; round < PacketsPerRound / packets.Length; round++)
            {
                TakeAndGiveBack(pool, packets, shape.Burst);
            }
        });
    }

    private static OneCore.Shape CreateDriver(PacketPool pool, Port port, PoolShape shape)
    {
        var packets = new Packet[shape.Keep];
        var queues = new Queues { Source = new PacketSource(pool, port, length: 64) };
        return new OneCore.Shape(shape.DriverRow.Key, PacketsPerRound, () =>
        {
            for (int round = 0; round < PacketsPerRound / packets.Length; round++)
            {
                TakeAndGiveBack(queues, packets, shape.Burst);
            }
        });
    }

    private static void TakeAndGiveBack(PacketPool pool, Packet[] packets, int burst)
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

    private static void TakeAndGiveBackRaw(PacketPool pool, Packet[] packets, int burst)
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
            pool.FreeRaw(packets.AsSpan(index, burst));
        }
    }

    private static void TakeAndGiveBack(Queues queues, Packet[] packets, int burst)
    {
        for (int index = 0; index < packets.Length; index += burst)
        {
            if (queues.Source.Take(packets.AsSpan(index, burst)) != burst)
            {
                throw new InvalidOperationException("the pool ran dry");
            }
        }

        for (int index = 0; index < packets.Length; index += burst)
        {
            queues.Bytes += queues.Sink.Free(packets.AsSpan(index, burst));
        }
    }

    /// <summary>Where a driver's queues keep their source and sink.</summary>
    private sealed class Queues
    {
        internal PacketSource Source;
        internal PacketSink Sink;
        internal long Bytes;
    }
}
