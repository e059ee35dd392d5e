using PollIO.Apps.Common.Lanes;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Common.Traffic;
using PollIO.Apps.Pktgen.CommandLine;

namespace PollIO.Apps.Pktgen.Sending;

/// <summary>Gives each queue a lane, and launches the lcores that serve them.</summary>
internal sealed class SenderSet : WorkerSet
{
    private const int EthernetAndTag = 14 + 4;

    // A sender that was held up for longer would have to send a burst that no longer is the rate asked for.
    private static readonly TimeSpan s_maxLag = TimeSpan.FromMilliseconds(100);

    private SenderSet()
    {
    }

    internal IEnumerable<SendLane> Lanes => Workers.SelectMany(worker => worker.Lanes).Cast<SendLane>();

    /// <summary>Launches the lcores; from here on packets are sent.</summary>
    /// <param name="options">The command line.</param>
    /// <param name="ports">The ports, started.</param>
    /// <param name="cores">Where the lcores run.</param>
    /// <param name="pool">Where packets come from.</param>
    /// <param name="recording">What is replayed, or null.</param>
    /// <exception cref="PollIOException">An lcore cannot be launched, or a port cannot send such frames.</exception>
    internal static SenderSet Launch(Options options, IReadOnlyList<Port> ports, CorePlan cores, PacketPool pool, Recording? recording)
    {
        foreach (Port port in ports)
        {
            int size = recording?.MaxSize ?? options.Sizes.Max();
            if (size > port.Mtu + EthernetAndTag)
            {
                throw new PollIOException("send packets", port.Name, $"frames of {size} bytes exceed its MTU of {port.Mtu}");
            }
        }

        var set = new SenderSet();
        try
        {
            if (recording is null)
            {
                set.Launch(options, ports, cores, pool, (port, queue) => new GeneratedFrames(Writer(options, port, ports[port].MacAddress, queue)));
            }
            else
            {
                set.Launch(options, ports, cores, pool, (_, _) => new RecordedFrames(new RecordingCursor(recording, options.Loops)));
            }
        }
        catch
        {
            set.Dispose();
            throw;
        }

        return set;
    }

    private static FrameWriter Writer(Options options, int port, Wire.MacAddress own, int queue) =>
        new(options.RecipeFor(port, own), options.Sizes, options.Flows, tag: (ushort)port, queue, options.Queues);

    private static Schedule ScheduleOf(Options options, int queue)
    {
        long count = options.Count is { } all ? (all / options.Queues) + (queue < all % options.Queues ? 1 : 0) : long.MaxValue;
        bool stamped = options.Recipe.IsStamped;
        if (options.Rate is not { } rate)
        {
            return new Schedule(Pacer.Recorded(options.Speed, s_maxLag), null, count, stamped);
        }

        Rate share = rate.Share(options.Queues);
        return rate.IsUnlimited
            ? new Schedule(null, null, count, stamped)
            : new Schedule(Pacer.EvenlyAt(share, s_maxLag), RateWindows.For(share, options.Sizes.Average()), count, stamped);
    }

    private void Launch<TSource>(Options options, IReadOnlyList<Port> ports, CorePlan cores, PacketPool pool, Func<int, int, TSource> create)
        where TSource : struct, IFrameSource
    {
        SourcedLane<TSource>[] lanes =
        [
            .. from port in Enumerable.Range(0, ports.Count)
               from queue in Enumerable.Range(0, options.Queues)
               select new SourcedLane<TSource>(
                   ports[port].TxQueues[queue], pool, create(port, queue), ScheduleOf(options, queue), options.Burst),
        ];
        for (int core = 0; core < cores.Cpus.Count; core++)
        {
            SourcedLane<TSource>[] share = [.. lanes.Where((_, index) => index % cores.Cpus.Count == core)];
            var settings = new LCoreOptions { Cpu = cores.Cpus[core], Name = $"pktgen-{core}", Idle = cores.Idle };
            Add(LCore.Launch(settings, new SendProcessor<TSource>(share)), share);
        }
    }
}
