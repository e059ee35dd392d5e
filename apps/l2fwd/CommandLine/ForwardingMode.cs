namespace PollIO.Apps.L2fwd.CommandLine;

/// <summary>What is done with received packets; the names are those of <c>--mode</c>, in lower case.</summary>
internal enum ForwardingMode
{
    /// <summary>New destination 02:00:00:00:00:NN, source the TX port's, as DPDK's l2fwd does.</summary>
    L2,

    /// <summary>Forwarded untouched; no byte is read.</summary>
    Io,

    /// <summary>New destination (<c>--eth-peer</c>), source the TX port's.</summary>
    Mac,

    /// <summary>Source and destination address change places.</summary>
    MacSwap,

    /// <summary>ARP, neighbour solicitation and ping are answered out of the port they came in on; all else is dropped.</summary>
    IcmpEcho,

    /// <summary>Received and freed.</summary>
    RxOnly,

    /// <summary>Nothing is received; packets of <c>--size</c> bytes are sent as fast as the ports take them.</summary>
    TxOnly,
}
