using System.Runtime.InteropServices;

namespace PollIO.Tests.Packets;

/// <summary>
/// Takes the depot to every state a thread can leave it in when it is suspended between two of its steps, and shows that
/// everybody else goes on and that nothing is lost once the thread has gone on too.
/// </summary>
public sealed unsafe class SuspendedThreadHoldsNobodyUp : IDisposable
{
    private const int Count = (4 * PacketDepot.MagazineSize) + 10;

    private readonly PacketMetadata* _metadata = (PacketMetadata*)NativeMemory.AlignedAlloc(Count * PacketMetadata.Size, 128);
    private PacketDepot _depot;

    public SuspendedThreadHoldsNobodyUp() => _depot.Initialize(_metadata, Count);

    public void Dispose()
    {
        _depot.Free();
        NativeMemory.AlignedFree(_metadata);
    }

    [Fact]
    public void TakerSuspendedWithAMagazineInHand()
    {
        // TryTakeMagazine: popped from the full ones, not yet among the empty ones.
        Assert.True(_depot.Full->TryPop(out uint inHand));

        List<Packet> others = TakeEverything();
        Assert.Equal(Count - PacketDepot.MagazineSize, others.Count);
        PutBack(others, byMagazine: true);
        Assert.Equal(Count - PacketDepot.MagazineSize, _depot.CountQuiescent());

        _depot.Full->Push(inHand);
        AssertWhole();
    }

    [Fact]
    public void TakerSuspendedAfterCopyingTheMagazine()
    {
        // TryTakeMagazine: it has its packets, and the magazine is missing among the empty ones.
        List<Packet> others = TakeEverything();
        Packet[] own = [.. others.Take(PacketDepot.MagazineSize)];
        Assert.True(_depot.Empty->TryPop(out uint magazine));

        PutBack([.. others.Skip(own.Length)], byMagazine: true);
        Assert.Equal(Count - own.Length, TakeAndPutBack());

        _depot.Empty->Push(magazine);
        _depot.PutSingles(own);
        AssertWhole();
    }

    [Fact]
    public void GiverSuspendedWithAnEmptyMagazineInHand()
    {
        List<Packet> all = TakeEverything();
        Assert.True(_depot.Empty->TryPop(out uint inHand));

        PutBack(all, byMagazine: true);
        Assert.Equal(Count, _depot.CountQuiescent());
        PutBack(TakeEverything(), byMagazine: false);
        Assert.Equal(Count, _depot.CountQuiescent());

        _depot.Empty->Push(inHand);
        AssertWhole();
    }

    [Fact]
    public void EveryGiverSuspendedWithAllEmptyMagazines()
    {
        List<Packet> all = TakeEverything();
        var inHand = new List<uint>();
        while (_depot.Empty->TryPop(out uint magazine))
        {
            inHand.Add(magazine);
        }

        PutBack(all, byMagazine: true);
        Assert.Equal(Count, _depot.CountQuiescent());

        inHand.ForEach(magazine => _depot.Empty->Push(magazine));
        AssertWhole();
    }

    [Fact]
    public void GiverOfSinglesSuspendedBeforeTheExchange()
    {
        // PutSingles: the chain is linked, the head does not know of it yet.
        List<Packet> all = TakeEverything();
        Packet[] own = [.. all.Take(5)];
        for (int i = 0; i + 1 < own.Length; i++)
        {
            _depot.Singles->Link(IndexOf(own[i]), IndexOf(own[i + 1]));
        }

        ulong seen = _depot.Singles->Head;
        List<Packet> others = [.. all.Skip(5)];
        PutBack(others, byMagazine: false);
        Assert.Equal(others.Count, TakeAndPutBack());

        // What it saw is not there any more, so that its exchange fails and it tries again.
        Assert.NotEqual(seen, _depot.Singles->Head);
        _depot.Singles->PushChain(IndexOf(own[0]), IndexOf(own[^1]));
        AssertWhole();
    }

    [Fact]
    public void TakerOfSinglesSuspendedBeforeTheExchange()
    {
        // TryPop: it has read the head and the link behind it. Others take both and give them back in the same order, so that the
        // same index is on top again: only the tag tells.
        PutBack(TakeEverything(), byMagazine: false);
        ulong seen = _depot.Singles->Head;
        Assert.True(_depot.Singles->TryPop(out uint first));
        Assert.True(_depot.Singles->TryPop(out uint second));
        _depot.Singles->Push(second);
        _depot.Singles->Push(first);

        const ulong indexBits = (1UL << 26) - 1;
        Assert.Equal(seen & indexBits, _depot.Singles->Head & indexBits);
        Assert.NotEqual(seen, _depot.Singles->Head);
        AssertWhole();
    }

    private uint IndexOf(Packet packet) => (uint)(packet.Pointer - _metadata);

    private List<Packet> TakeEverything()
    {
        var taken = new List<Packet>();
        var burst = new Packet[40];
        for (int count = _depot.TakeSingles(burst); count != 0; count = _depot.TakeSingles(burst))
        {
            taken.AddRange(burst.AsSpan(0, count));
        }

        Assert.Equal(taken.Count, taken.Distinct().Count());
        return taken;
    }

    private int TakeAndPutBack()
    {
        List<Packet> taken = TakeEverything();
        PutBack(taken, byMagazine: false);
        return taken.Count;
    }

    private void PutBack(List<Packet> packets, bool byMagazine)
    {
        ReadOnlySpan<Packet> rest = CollectionsMarshal.AsSpan(packets);
        for (; byMagazine && rest.Length >= PacketDepot.MagazineSize; rest = rest[PacketDepot.MagazineSize..])
        {
            fixed (Packet* source = rest)
            {
                _depot.PutMagazine(source);
            }
        }

        _depot.PutSingles(rest);
    }

    private void AssertWhole()
    {
        Assert.Equal(Count, _depot.CountQuiescent());
        List<Packet> all = TakeEverything();
        Assert.Equal(Count, all.Count);
        PutBack(all, byMagazine: true);
        Assert.Equal(Count, _depot.CountQuiescent());
    }
}
