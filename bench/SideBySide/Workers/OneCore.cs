using PollIO.SideBySide.Contests;

namespace PollIO.SideBySide.Workers;

/// <summary>Runs work of several shapes on one pinned lcore, each warmed up and then measured.</summary>
internal static class OneCore
{
    /// <summary>One measured call of a shape.</summary>
    /// <param name="Key">Its row.</param>
    /// <param name="ItemsPerCall">Items one call of <paramref name="Work"/> handles.</param>
    /// <param name="Work">The work: some tens of microseconds a call, so that what calls it does not count.</param>
    internal sealed record Shape(string Key, long ItemsPerCall, Action Work);

    /// <summary>Measures every shape in turn and reports TSC cycles an item.</summary>
    internal static void Run(int cpu, double warmupSeconds, double seconds, Func<IReadOnlyList<Shape>> createShapes)
    {
        Sample? sample = null;
        using (LCore lcore = LCore.Launch(new LCoreOptions { Cpu = cpu }, new Once(() => sample = Measure(createShapes(), warmupSeconds, seconds))))
        {
            lcore.Completion.Wait();
        }

        WorkerOutput.Write(sample!);
    }

    private static Sample Measure(IReadOnlyList<Shape> shapes, double warmupSeconds, double seconds)
    {
        // Everything is compiled for every shape before any is measured, or the first would be optimised for itself alone.
        foreach (Shape shape in shapes)
        {
            Repeat(shape, warmupSeconds / shapes.Count);
        }

        var values = new Dictionary<string, double>();
        long allocated = 0;
        int collections = GC.CollectionCount(0);
        foreach (Shape shape in shapes)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            double cycles = Repeat(shape, seconds / shapes.Count);
            allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            values[shape.Key] = cycles;
        }

        return new Sample(values) { AllocatedBytes = allocated, Collections = GC.CollectionCount(0) - collections };
    }

    private static double Repeat(Shape shape, double seconds)
    {
        long start = Tsc.Read();
        long end = start + (long)(seconds * Tsc.Frequency);
        long calls = 0;
        long now;
        do
        {
            shape.Work();
            calls++;
            now = Tsc.Read();
        }
        while (now < end);

        return (now - start) / ((double)calls * shape.ItemsPerCall);
    }

    private struct Once(Action work) : IPollProcessor
    {
        private readonly Action _work = work;

        public bool IsCompleted { get; private set; }

        public int Poll()
        {
            if (!IsCompleted)
            {
                IsCompleted = true;
                _work();
            }

            return 0;
        }
    }
}
