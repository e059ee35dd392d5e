namespace PollIO.Pipelines;

/// <summary>What a polling core and a writer share: packets to send one way, empty packets the other.</summary>
internal sealed class WriterLink(int reserve) : PipeLink(reserve)
{
    /// <summary>Packets to send.</summary>
    internal SpscRing<Packet> Outgoing => ToCore;

    /// <summary>Empty packets for the writer.</summary>
    internal SpscRing<Packet> Empties => ToEnd;

    /// <summary>What a completing writer had no room for in <see cref="Outgoing"/>; the polling core's once <see cref="PipeLink.EndCompleted"/>.</summary>
    internal Packet[] Last { get; private set; } = [];

    internal int LastCount { get; set; }

    /// <summary>Nothing will be written any more; <paramref name="last"/> is still to be sent.</summary>
    internal void CompleteEnd(Packet[] last, int count)
    {
        Last = last;
        LastCount = count;
        CompleteEnd();
    }

    protected override int FreeRest()
    {
        int count = LastCount;
        PacketPool.Free(Last.AsSpan(0, count));
        LastCount = 0;
        return count;
    }
}
