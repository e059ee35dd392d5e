using System.Runtime.InteropServices;
using PollIO.SideBySide.Statistics;

namespace PollIO.SideBySide.Machine;

/// <summary>
/// How long a cache line takes from one core to another and back: one core writes a number, the other answers with it on a line of
/// its own. On virtual machines it flips between about 100 and 500 ns with the host's placement of the cores, and every two-core
/// figure with it.
/// </summary>
internal static class CoreRoundTrip
{
    /// <summary>Two-core figures taken while it was longer are marked.</summary>
    internal const double FarNanoseconds = 150;

    private const int RoundTripsPerBatch = 2000;
    private const int Batches = 15;

    /// <summary>The median of a few thousand round trips, measured batch by batch. Takes some ten milliseconds.</summary>
    internal static double MeasureNanoseconds(int cpu, int otherCpu)
    {
        var lines = new Lines();
        using LCore answering = LCore.Launch(new LCoreOptions { Cpu = otherCpu, Name = "pong" }, new Answerer(lines));
        using LCore asking = LCore.Launch(new LCoreOptions { Cpu = cpu, Name = "ping" }, new Asker(lines));
        asking.Completion.Wait();
        return Quantiles.Median(lines.BatchNanoseconds);
    }

    private sealed class Lines
    {
        internal readonly List<double> BatchNanoseconds = new(Batches);
        internal Words Words;
    }

    // 128 bytes apart: the adjacent-line prefetcher pulls lines in pairs.
    [StructLayout(LayoutKind.Explicit, Size = 512)]
    private struct Words
    {
        [FieldOffset(128)] internal long Question;
        [FieldOffset(256)] internal long Answer;
    }

    private readonly struct Asker(Lines lines) : IPollProcessor
    {
        private readonly Lines _lines = lines;

        // The loop asks only once a slice, so a finished asker polls on, at no cost to the figures.
        public bool IsCompleted => _lines.BatchNanoseconds.Count >= Batches;

        public int Poll()
        {
            if (IsCompleted)
            {
                return 0;
            }

            ref Words words = ref _lines.Words;
            long question = words.Question;
            long start = Tsc.Read();
            for (int i = 0; i < RoundTripsPerBatch; i++)
            {
                MemoryOrder.StoreRelease(ref words.Question, ++question);
                while (MemoryOrder.LoadAcquire(ref words.Answer) != question)
                {
                }
            }

            _lines.BatchNanoseconds.Add(Tsc.ToNanoseconds(Tsc.Read() - start) / RoundTripsPerBatch);
            return 1;
        }
    }

    private readonly struct Answerer(Lines lines) : IPollProcessor
    {
        private readonly Lines _lines = lines;

        public bool IsCompleted => false;

        public int Poll()
        {
            ref Words words = ref _lines.Words;
            long answered = words.Answer;
            for (int i = 0; i < 64; i++)
            {
                long question = MemoryOrder.LoadAcquire(ref words.Question);
                if (question != answered)
                {
                    // Written once a question: more would take the line from the asker while it looks.
                    MemoryOrder.StoreRelease(ref words.Answer, answered = question);
                }
            }

            return 1;
        }
    }
}
