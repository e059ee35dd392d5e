using PollIO.Apps.L2fwd.CommandLine;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>One way packets take: from a queue of one port to the same queue of another, moved by one lcore.</summary>
/// <param name="RxPort">Number of the port received from.</param>
/// <param name="TxPort">Number of the port sent to.</param>
/// <param name="Queue">Number of the queue, on both.</param>
/// <param name="Core">Number of the lcore.</param>
internal readonly record struct LanePlan(int RxPort, int TxPort, int Queue, int Core)
{
    /// <summary>Lays the lanes for <paramref name="ports"/> ports and spreads them over <paramref name="cores"/> lcores.</summary>
    /// <remarks>
    /// Both directions of a pair's queue go to one lcore, which then finds their packets in its own caches. Only when that leaves
    /// lcores without work do the directions go apart.
    /// </remarks>
    internal static IReadOnlyList<LanePlan> Lay(int ports, ForwardingMode mode, int queues, int cores)
    {
        bool together = (ports + 1) / 2 * queues >= cores;
        var lanes = new List<LanePlan>(ports * queues);
        for (int port = 0; port < ports; port++)
        {
            for (int queue = 0; queue < queues; queue++)
            {
                int unit = together ? (port / 2 * queues) + queue : (port * queues) + queue;
                int target = mode is ForwardingMode.IcmpEcho or ForwardingMode.RxOnly or ForwardingMode.TxOnly ? port : PeerOf(port, ports);
                lanes.Add(new LanePlan(port, target, queue, unit % cores));
            }
        }

        return lanes;
    }

    // 0 and 1, 2 and 3; an odd last port, or one alone, loops to itself.
    private static int PeerOf(int port, int ports) => (port ^ 1) < ports ? port ^ 1 : port;
}
