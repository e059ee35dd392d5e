namespace PollIO.Pmd.Tests.Support;

/// <summary>Moves packets between two ports both ways, untouched, on an lcore: l2fwd's io mode in the test's own process.</summary>
internal sealed class Forwarder : IDisposable
{
    internal const string ThreadName = "forwarder";

    private readonly LCore _core;

    internal Forwarder(Port first, Port second, IdleStrategy idle = IdleStrategy.Yield)
    {
        var options = new LCoreOptions
        {
            Cpu = CpuSet.GetCurrent()[^1],
            Name = ThreadName,
            Idle = idle,
            InterruptQueues = idle == IdleStrategy.Interrupt ? [.. first.RxQueues, .. second.RxQueues] : [],
        };
        _core = LCore.Launch(options, new Processor([.. PathsOf(first, second), .. PathsOf(second, first)]));
    }

    internal Task Completion => _core.Completion;

    internal LCoreStatistics Statistics => _core.Statistics;

    public void Dispose()
    {
        _core.Dispose();
        _core.Completion.GetAwaiter().GetResult();
    }

    private static IEnumerable<Path> PathsOf(Port from, Port to) => from.RxQueues.Select(queue => new Path(queue, to.TxQueues[0]));

    private readonly record struct Path(RxQueue From, TxQueue To);

    private readonly struct Processor(Path[] paths) : IPollProcessor
    {
        private readonly Packet[] _burst = new Packet[32];

        public bool IsCompleted
        {
            get
            {
                foreach (Path path in paths)
                {
                    if (path.From.Completion == null)
                    {
                        return false;
                    }
                }

                return true;
            }
        }

        public int Poll()
        {
            int moved = 0;
            foreach (Path path in paths)
            {
                int received = path.From.Receive(_burst);
                if (received != 0)
                {
                    int sent = path.To.Transmit(_burst.AsSpan(0, received));
                    PacketPool.Free(_burst.AsSpan(sent, received - sent));
                    moved += received;
                }
            }

            return moved;
        }
    }
}
