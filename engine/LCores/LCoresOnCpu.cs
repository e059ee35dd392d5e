namespace PollIO;

/// <summary>How many lcores each CPU has: those that share one yield it to each other when they find nothing.</summary>
internal static class LCoresOnCpu
{
    private static readonly int[] s_counts = new int[CpuSet.MaxCpus];

    /// <summary>Whether <paramref name="cpu"/> has more than one lcore; a plain read, for the idle path.</summary>
    internal static bool AreSeveral(int cpu) => Volatile.Read(ref s_counts[cpu]) > 1;

    internal static void Enter(int cpu) => Interlocked.Increment(ref s_counts[cpu]);

    internal static void Leave(int cpu) => Interlocked.Decrement(ref s_counts[cpu]);
}
