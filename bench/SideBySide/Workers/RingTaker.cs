using System.Runtime.Intrinsics.X86;

namespace PollIO.SideBySide.Workers;

/// <summary>Takes one round out of the ring a poll.</summary>
internal struct RingTaker(RingRounds rounds) : IPollProcessor
{
    private readonly RingRounds _rounds = rounds;
    private readonly Packet[] _packets = new Packet[rounds.Size];
    private int _round;

    public bool IsCompleted { get; private set; }

    public int Poll()
    {
        if (IsCompleted)
        {
            return 0;
        }

        bool isLast = _rounds.StartTake(_round);
        long start = Tsc.Read();
        SpscRing<Packet> ring = _rounds.Ring;
        Span<Packet> packets = _packets;
        for (int i = 0; i < RingWorker.CallsPerRound; i++)
        {
            while (!ring.TryDequeueBulk(packets))
            {
                X86Base.Pause();
            }
        }

        _rounds.EndTake(_round++, Tsc.Read() - start);
        IsCompleted = isLast;
        return 1;
    }
}
