using PollIO.Apps.L2fwd.CommandLine;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>What a mode asks of its ports.</summary>
internal static class PortConfigs
{
    /// <summary>The configuration of one port: no queue is opened that nobody would poll.</summary>
    internal static PortConfig For(PortCapabilities capabilities, Options options, PacketPool pool) => new()
    {
        Pool = pool,
        RxQueues = options.Mode == ForwardingMode.TxOnly || capabilities.MaxRxQueues == 0 ? 0 : options.Queues,
        TxQueues = options.Mode == ForwardingMode.RxOnly ? 0 : options.Queues,
        MaxBurst = options.Burst,
        Mtu = options.Mtu,
        Promiscuous = options.Promiscuous,

        // A frame longer than a data room is forwarded whole, and a capture gets the time of arrival where a port knows it.
        RxOffloads = capabilities.RxOffloads & (RxOffloads.Scatter | RxOffloads.Timestamp),
    };
}
