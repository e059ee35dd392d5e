using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>A burst put into a ring and taken out by the same core, as ring_perf_autotest does it on one.</summary>
internal static class RingOneCoreWorker
{
    private const int CallsPerRound = 4096;

    internal static void Run(Arguments arguments)
    {
        double seconds = arguments.TakeDouble("--seconds", 3, 0.01, 60);
        double warmup = arguments.TakeDouble("--warmup", 1, 0, 60);
        int cpu = arguments.TakeInt32("--cpu", 1, 0, 1023);
        arguments.End();
        OneCore.Run(cpu, warmup, seconds, CreateShapes);
    }

    private static List<OneCore.Shape> CreateShapes()
    {
        var ring = new SpscRing<Packet>(RingWorker.RingSize);
        var shapes = new List<OneCore.Shape>();
        foreach (int size in (int[])[1, 8, 32])
        {
            var packets = new Packet[size];
            shapes.Add(new OneCore.Shape($"burst{size}", (long)CallsPerRound * size, () => Bursts(ring, packets)));
            shapes.Add(new OneCore.Shape($"bulk{size}", (long)CallsPerRound * size, () => Bulks(ring, packets)));
        }

        return shapes;
    }

    private static void Bursts(SpscRing<Packet> ring, Packet[] packets)
    {
        for (int i = 0; i < CallsPerRound; i++)
        {
            ring.EnqueueBurst(packets);
            ring.DequeueBurst(packets);
        }
    }

    private static void Bulks(SpscRing<Packet> ring, Packet[] packets)
    {
        for (int i = 0; i < CallsPerRound; i++)
        {
            ring.TryEnqueueBulk(packets);
            ring.TryDequeueBulk(packets);
        }
    }
}
