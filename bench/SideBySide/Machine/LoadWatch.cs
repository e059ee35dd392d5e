namespace PollIO.SideBySide.Machine;

/// <summary>Watches what else the machine did while something was measured. Children must have ended before <see cref="Stop"/>.</summary>
internal sealed class LoadWatch
{
    private readonly CpuTimes _start = CpuTimes.Read();
    private readonly long _ownStart = OwnTimes.Read();

    /// <param name="kernelWorksForUs">Whether interrupt time belongs to what was measured: the kernel moved our packets.</param>
    internal Load Stop(bool kernelWorksForUs) =>
        Compute(CpuTimes.Read() - _start, OwnTimes.Read() - _ownStart, kernelWorksForUs);

    /// <summary>What is left of the CPUs' busy time when ours is taken off, and what was stolen, as shares of all CPUs' time.</summary>
    internal static Load Compute(CpuTimes elapsed, long own, bool kernelWorksForUs)
    {
        if (elapsed.Total <= 0)
        {
            return default;
        }

        // The kernel counts in whole ticks, per CPU and per process: a few are noise.
        const int Quantisation = 3;
        long foreign = elapsed.Busy - own - (kernelWorksForUs ? elapsed.Interrupts : 0);
        return new Load(Share(elapsed.Steal), Share(foreign - Quantisation));

        double Share(long ticks) => Math.Max(0, ticks) / (double)elapsed.Total;
    }
}
