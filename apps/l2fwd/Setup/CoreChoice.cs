using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>Chooses l2fwd's CPUs. In the embedded run the first is the forwarder's, the second the generator's.</summary>
internal static class CoreChoice
{
    private const int EmbeddedLCores = 2;

    /// <summary>Chooses CPUs.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="available">The CPUs this process may run on.</param>
    /// <exception cref="UsageException">A CPU asked for is not among them.</exception>
    internal static CorePlan Choose(Options options, IReadOnlyList<int> available) =>
        CorePlan.Create(options.IsEmbedded ? Embedded(options, available) : ForPorts(options, available), options.Idle, available);

    private static IReadOnlyList<int> Embedded(Options options, IReadOnlyList<int> available)
    {
        IReadOnlyList<int> candidates = CorePlan.Candidates(options.Cores, available, keep: EmbeddedLCores);
        return [candidates[0], candidates[candidates.Count > 1 ? 1 : 0]];
    }

    // More lcores than lanes would have nothing to poll.
    private static IReadOnlyList<int> ForPorts(Options options, IReadOnlyList<int> available)
    {
        int pairs = (options.Ports.Count + 1) / 2;
        int lcores = (options.Cores.Count != 0 ? options.Ports.Count : pairs) * options.Queues;
        return [.. CorePlan.Candidates(options.Cores, available, keep: 1).Take(lcores)];
    }
}
