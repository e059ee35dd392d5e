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
        _core = LCore.Launch(options, new Processor([new Path(first, second), new Path(second, first)]));
    }

    internal Task Completion => _core.Completion;

    public void Dispose()
    {
        _core.Dispose();
        _core.Completion.GetAwaiter().GetResult();
    }

    private readonly record struct Path(Port From, Port To);

    private readonly struct Processor(Path[] paths) : IPollProcessor
    {
        private readonly Packet[] _burst = new Packet[32];

        public bool IsCompleted => paths.All(path => path.From.RxQueues.All(queue => queue.Completion != null));

        public int Poll()
        {
            int moved = 0;
            foreach (Path path in paths)
            {
                foreach (RxQueue queue in path.From.RxQueues)
                {
                    int received = queue.Receive(_burst);
                    int sent = path.To.TxQueues[0].Transmit(_burst.AsSpan(0, received));
                    PacketPool.Free(_burst.AsSpan(sent, received - sent));
                    moved += received;
                }
            }

            return moved;
        }
    }
}
