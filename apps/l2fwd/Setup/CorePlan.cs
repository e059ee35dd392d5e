using PollIO.Apps.L2fwd.CommandLine;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>Which CPUs the lcores run on and what they do when there is nothing to do.</summary>
/// <param name="Cpus">One for each lcore. In the embedded run the first is the forwarder's, the second the generator's.</param>
/// <param name="Idle">Spinning, unless lcores share a CPU with each other, or leave none to everyone else.</param>
internal sealed record CorePlan(IReadOnlyList<int> Cpus, IdleStrategy Idle)
{
    private const int EmbeddedLCores = 2;

    /// <summary>Chooses CPUs.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="available">The CPUs this process may run on.</param>
    /// <exception cref="UsageException">A CPU asked for is not among them.</exception>
    internal static CorePlan Choose(Options options, IReadOnlyList<int> available)
    {
        if (options.Cores.FirstOrDefault(cpu => !available.Contains(cpu), -1) is int missing and >= 0)
        {
            throw new UsageException($"--cores: this process cannot run on CPU {missing}; it can on {string.Join(",", available)}");
        }

        IReadOnlyList<int> cpus = options.IsEmbedded ? Embedded(options, available) : ForPorts(options, available);
        // On a busy machine without a CPU to spare, an lcore that spins takes time from the one it waits for.
        int used = cpus.Distinct().Count();
        bool shared = used != cpus.Count || used == available.Count;
        return new CorePlan(cpus, shared ? IdleStrategy.Yield : IdleStrategy.Spin);
    }

    private static IReadOnlyList<int> Embedded(Options options, IReadOnlyList<int> available)
    {
        IReadOnlyList<int> candidates = options.Cores.Count != 0 ? options.Cores : WithoutFirst(available, keep: EmbeddedLCores);
        return [candidates[0], candidates[candidates.Count > 1 ? 1 : 0]];
    }

    // More lcores than lanes would have nothing to poll.
    private static IReadOnlyList<int> ForPorts(Options options, IReadOnlyList<int> available) =>
        options.Cores.Count != 0
            ? [.. options.Cores.Take(options.Ports.Count * options.Queues)]
            : [.. WithoutFirst(available, keep: 1).Take((options.Ports.Count + 1) / 2 * options.Queues)];

    // The first CPU is where a system does its own work.
    private static IReadOnlyList<int> WithoutFirst(IReadOnlyList<int> available, int keep) =>
        available.Count > keep ? [.. available.Skip(1)] : available;
}
