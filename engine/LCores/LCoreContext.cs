namespace PollIO;

/// <summary>Which lcore the calling thread is; in a class of its own so that reading it runs no static constructor.</summary>
internal static class LCoreContext
{
    /// <summary>The index of every thread that is not an lcore.</summary>
    internal const int NotAnLCore = 0;

    /// <summary>The largest lcore index; DPDK's default limit.</summary>
    internal const int MaxIndex = 128;

    /// <summary>1 to <see cref="MaxIndex"/> on an lcore.</summary>
    [ThreadStatic]
    internal static int Index;
}
