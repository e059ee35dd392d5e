using PollIO.Apps.Common.Lanes;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Forwarding;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>Lays the lanes of a mode and launches the lcores that serve them.</summary>
internal sealed class ModeWorkers : WorkerSet
{
    private ModeWorkers()
    {
    }

    /// <summary>Launches the lcores; from here on packets move.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="ports">The ports, started.</param>
    /// <param name="cores">Where the lcores run.</param>
    /// <param name="pool">Where <c>txonly</c> gets its packets from.</param>
    /// <exception cref="PollIOException">An lcore cannot be launched, or a port cannot serve the mode.</exception>
    internal static ModeWorkers Launch(Options options, IReadOnlyList<Port> ports, CorePlan cores, PacketPool pool)
    {
        var set = new ModeWorkers();
        try
        {
            switch (options.Mode)
            {
                case ForwardingMode.Io:
                    set.LaunchForwarders(options, ports, cores, _ => default(IoRewriter));
                    break;
                case ForwardingMode.MacSwap:
                    set.LaunchForwarders(options, ports, cores, _ => default(MacSwapRewriter));
                    break;
                case ForwardingMode.L2 or ForwardingMode.Mac:
                    set.LaunchForwarders(options, ports, cores, lane => new AddressRewriter(options.PeerOf(lane.TxPort), ports[lane.TxPort].MacAddress));
                    break;
                case ForwardingMode.IcmpEcho:
                    set.LaunchForwarders(options, ports, cores, lane => new EchoRewriter(ports[lane.TxPort].MacAddress));
                    break;
                case ForwardingMode.RxOnly:
                    set.Launch(
                        options,
                        ports,
                        cores,
                        lane => new ReceiveLane(ports[lane.RxPort].RxQueues[lane.Queue], options.Burst),
                        (core, lanes) => LCore.Launch(core, new ReceiveProcessor(lanes)));
                    break;
                case ForwardingMode.TxOnly:
                    set.Launch(
                        options,
                        ports,
                        cores,
                        lane => TransmitLane(options, ports[lane.TxPort], lane, pool),
                        (core, lanes) => LCore.Launch(core, new TransmitProcessor(lanes)));
                    break;
            }
        }
        catch
        {
            set.Dispose();
            throw;
        }

        return set;
    }

    private static TransmitLane TransmitLane(Options options, Port port, LanePlan lane, PacketPool pool)
    {
        const int EthernetAndTag = 14 + 4;
        if (options.Size > port.Mtu + EthernetAndTag)
        {
            throw new PollIOException("send packets", port.Name, $"--size {options.Size} exceeds its MTU of {port.Mtu}");
        }

        FrameTemplate template = FrameTemplate.Udp(options.PeerOf(lane.TxPort), port.MacAddress, options.Size);
        return new TransmitLane(port.TxQueues[lane.Queue], pool, template, options.Burst);
    }

    private void LaunchForwarders<TRewriter>(Options options, IReadOnlyList<Port> ports, CorePlan cores, Func<LanePlan, TRewriter> rewriter)
        where TRewriter : struct, IRewriter
    {
        if (options.TxRetry == TimeSpan.Zero)
        {
            LaunchForwarders(options, ports, cores, rewriter, default(DropAtOnce));
        }
        else
        {
            LaunchForwarders(options, ports, cores, rewriter, new OfferAgain(options.TxRetry));
        }
    }

    private void LaunchForwarders<TRewriter, TPolicy>(
        Options options, IReadOnlyList<Port> ports, CorePlan cores, Func<LanePlan, TRewriter> rewriter, TPolicy policy)
        where TRewriter : struct, IRewriter
        where TPolicy : struct, IRefusalPolicy =>
        Launch(
            options,
            ports,
            cores,
            lane => new ForwardLane<TRewriter, TPolicy>(
                ports[lane.RxPort].RxQueues[lane.Queue], ports[lane.TxPort].TxQueues[lane.Queue], rewriter(lane), policy, options.Burst),
            (core, lanes) => LCore.Launch(core, new ForwardProcessor<TRewriter, TPolicy>(lanes)));

    private void Launch<TLane>(
        Options options, IReadOnlyList<Port> ports, CorePlan cores, Func<LanePlan, TLane> create, Func<LCoreOptions, TLane[], LCore> launch)
        where TLane : Lane
    {
        int lcores = options.IsEmbedded ? 1 : cores.Cpus.Count;
        IEnumerable<IGrouping<int, LanePlan>> work = LanePlan.Lay(ports.Count, options.Mode, options.Queues, lcores)
            .Where(lane => options.Mode == ForwardingMode.TxOnly || ports[lane.RxPort].RxQueues.Count != 0)
            .GroupBy(lane => lane.Core);
        foreach (IGrouping<int, LanePlan> share in work)
        {
            TLane[] lanes = [.. share.Select(create)];
            var core = new LCoreOptions
            {
                Cpu = cores.Cpus[share.Key],
                Name = $"l2fwd-{share.Key}",
                Idle = cores.Idle,
                InterruptQueues = cores.Idle == IdleStrategy.Interrupt ? [.. share.Select(lane => ports[lane.RxPort].RxQueues[lane.Queue])] : [],
            };
            Add(launch(core, lanes), lanes);
        }
    }
}
