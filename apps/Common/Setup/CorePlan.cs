using PollIO.Apps.Common.CommandLine;

namespace PollIO.Apps.Common.Setup;

/// <summary>Which CPUs the lcores run on and what they do when there is nothing to do.</summary>
/// <param name="Cpus">One for each lcore.</param>
/// <param name="Idle">As asked for; else spinning, unless lcores share a CPU with each other, or leave none to everyone else.</param>
internal sealed record CorePlan(IReadOnlyList<int> Cpus, IdleStrategy Idle)
{
    /// <summary>Plans lcores on <paramref name="cpus"/>, which come from <see cref="Candidates"/>.</summary>
    /// <param name="cpus">One for each lcore.</param>
    /// <param name="idle">What was asked for, or null.</param>
    /// <param name="available">The CPUs this process may run on.</param>
    internal static CorePlan Create(IReadOnlyList<int> cpus, IdleStrategy? idle, IReadOnlyList<int> available)
    {
        // On a busy machine without a CPU to spare, an lcore that spins takes time from the one it waits for.
        int used = cpus.Distinct().Count();
        bool shared = used != cpus.Count || used == available.Count;
        return new CorePlan(cpus, idle ?? (shared ? IdleStrategy.Yield : IdleStrategy.Spin));
    }

    /// <summary>The CPUs to choose from: those asked for, else all but the first, which is where a system does its own work.</summary>
    /// <param name="asked">What <c>--cores</c> says; empty when it was not given.</param>
    /// <param name="available">The CPUs this process may run on.</param>
    /// <param name="keep">The first is left out only when more than this many are available.</param>
    /// <exception cref="UsageException">A CPU asked for is not available.</exception>
    internal static IReadOnlyList<int> Candidates(IReadOnlyList<int> asked, IReadOnlyList<int> available, int keep)
    {
        if (asked.FirstOrDefault(cpu => !available.Contains(cpu), -1) is int missing and >= 0)
        {
            throw new UsageException($"--cores: this process cannot run on CPU {missing}; it can on {string.Join(",", available)}");
        }

        if (asked.Count != 0)
        {
            return asked;
        }

        return available.Count > keep ? [.. available.Skip(1)] : available;
    }
}
