using System.Runtime.Intrinsics.X86;

namespace PollIO.SideBySide.Workers;

/// <summary>Puts one round into the ring a poll.</summary>
internal struct RingPutter(RingRounds rounds) : IPollProcessor
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

        _rounds.StartPut(_round);
        long start = Tsc.Read();
        SpscRing<Packet> ring = _rounds.Ring;
        ReadOnlySpan<Packet> packets = _packets;
        for (int i = 0; i < RingWorker.CallsPerRound; i++)
        {
            while (!ring.TryEnqueueBulk(packets))
            {
                X86Base.Pause();
            }
        }

        IsCompleted = _rounds.EndPut(_round++, Tsc.Read() - start);
        return 1;
    }
}
