using System.IO.Pipelines;
using System.Numerics;

namespace PollIO.Pipelines;

/// <summary>The shape of a <see cref="PacketPipe"/>.</summary>
public sealed record PacketPipeOptions
{
    private const int MaxQuota = 1 << 20;

    /// <summary>
    /// The lcore that polls the pipe's queues, or null: then the application launches one with a <see cref="PipeProcessor"/>.
    /// </summary>
    public LCoreOptions? LCore { get; init; }

    /// <summary>Packets received that the pipe may have at once, waiting or with the reader: a reader that stalls takes no more from the pool.</summary>
    public int Quota { get; init; } = 1024;

    /// <summary>What happens at the quota.</summary>
    public PipeFullPolicy WhenFull { get; init; } = PipeFullPolicy.Stall;

    /// <summary>
    /// Packets one read holds at most, examined ones that were not consumed included; 0 for a quarter of the quota. A read that could
    /// only go on by holding more throws <see cref="InvalidOperationException"/>.
    /// </summary>
    public int MaxHeldPackets { get; init; }

    /// <summary>
    /// Empty packets kept ready for the writer. <see cref="PipeWriter.FlushAsync"/> completes once half of them are there again, so
    /// that many buffers can be written between two flushes.
    /// </summary>
    public int Reserve { get; init; } = 256;

    /// <summary>Largest burst to and from the queues.</summary>
    public int Burst { get; init; } = 32;

    /// <summary>Where awaiting code continues.</summary>
    public PipeDelivery Delivery { get; init; } = PipeDelivery.ThreadPool;

    /// <summary>
    /// Takes the place of the thread pool; what it allocates is its own. <see cref="PipeScheduler.Inline"/> is refused: it would run
    /// the awaiting code on the polling core.
    /// </summary>
    public PipeScheduler? Scheduler { get; init; }

    /// <summary>
    /// How often a read or flush that has to wait looks again before it does. A look costs some 20 ns; on a machine with one CPU there
    /// is none.
    /// </summary>
    public int Spins { get; init; } = 50;

    internal int HeldPackets => MaxHeldPackets == 0 ? Math.Max(1, Quota / 4) : MaxHeldPackets;

    /// <summary>Packets of the pool the pipe can have at once: received, in reserve, written, on their way out, and bursts.</summary>
    internal long PacketsHeld(bool reads, bool writes) =>
        (reads ? (long)Quota + Burst : 0)
        + (writes ? (2L * Reserve) + BitOperations.RoundUpToPowerOf2((uint)Reserve) + PacketPipeWriter.LocalEmpties + Burst : 0);

    internal void Validate()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Quota);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Quota, MaxQuota);
        ArgumentOutOfRangeException.ThrowIfNegative(MaxHeldPackets);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(MaxHeldPackets, Quota);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Reserve);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Reserve, MaxQuota);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Burst);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Burst, 4096);
        ArgumentOutOfRangeException.ThrowIfNegative(Spins);
        if (Scheduler == PipeScheduler.Inline)
        {
            throw new ArgumentException("PipeScheduler.Inline would run awaiting code on the polling core; PipeDelivery.Consumer runs it on an lcore of its own", nameof(Scheduler));
        }

        if (Scheduler != null && Delivery != PipeDelivery.ThreadPool)
        {
            throw new ArgumentException("a consumer lcore needs no scheduler", nameof(Scheduler));
        }
    }
}
