namespace PollIO.Tests.LCores;

/// <summary>What a test and its processor share: the processor itself is copied into its lcore.</summary>
internal sealed class Probe
{
    internal int ThreadId;
    internal long Polls;
    internal bool Completed;

    internal static TimeSpan Patience { get; } = TimeSpan.FromSeconds(30);

    /// <summary>A CPU this process may run on.</summary>
    internal static int AnyCpu => CpuSet.GetCurrent()[0];

    /// <summary>Waits, yielding, until the condition holds.</summary>
    internal static void Await(Func<bool> condition, string what)
    {
        Assert.True(SpinWait.SpinUntil(condition, Patience), $"waited {Patience.TotalSeconds} s for {what}");
    }
}
