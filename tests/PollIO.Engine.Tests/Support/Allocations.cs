namespace PollIO.Tests.Support;

/// <summary>Measures what code allocates on its own thread.</summary>
internal static class Allocations
{
    /// <summary>Bytes of managed memory that <paramref name="action"/> allocates.</summary>
    internal static long Of(Action action)
    {
        // A thread allocates from a block of some 8 KiB that is its own, and a collection, whoever caused it, counts the unused rest of that
        // block as allocated. After a collection there is none, so that other threads' collections change nothing while the action runs.
        GC.Collect();
        long before = GC.GetAllocatedBytesForCurrentThread();
        action();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
