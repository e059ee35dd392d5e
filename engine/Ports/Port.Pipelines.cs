using PollIO.Pipelines;

namespace PollIO;

public abstract partial class Port
{
    /// <summary>
    /// The port as a duplex pipe: packets of all its RX queues come in, and go out through its first TX queue. The port is configured;
    /// it may be started later. The queues are the pipe's until it is disposed.
    /// </summary>
    /// <exception cref="PollIOException">The pool has fewer packets than the pipe may hold beside its other borrowers.</exception>
    /// <exception cref="InvalidOperationException">The port is not configured.</exception>
    public PacketPipe AsDuplexPipe(PacketPipeOptions? options = null) =>
        new(Name, Config.Pool, [.. _rxQueues], _txQueues.Length == 0 ? null : _txQueues[0], options ?? new PacketPipeOptions());

    /// <summary>One queue of the port, RX and TX, as a duplex pipe.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The port has no such queue, on either side.</exception>
    /// <exception cref="PollIOException">As for <see cref="AsDuplexPipe(PacketPipeOptions?)"/>.</exception>
    /// <exception cref="InvalidOperationException">The port is not configured.</exception>
    public PacketPipe AsDuplexPipe(int queue, PacketPipeOptions? options = null)
    {
        PortConfig config = Config;
        ArgumentOutOfRangeException.ThrowIfNegative(queue);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(queue, Math.Max(_rxQueues.Length, _txQueues.Length));
        return new PacketPipe(
            $"{Name} queue {queue}",
            config.Pool,
            queue < _rxQueues.Length ? [_rxQueues[queue]] : [],
            queue < _txQueues.Length ? _txQueues[queue] : null,
            options ?? new PacketPipeOptions());
    }
}
