using System.Runtime.CompilerServices;

namespace PollIO.Tests.Packets;

public sealed class OwnershipIsTracked
{
    public OwnershipIsTracked() => Assert.SkipUnless(PacketTracking.Enabled, "POLLIO_TRACK turns ownership tracking off");

    [Fact]
    public void FreeingTwiceNamesWhereItWasTakenAndFreed()
    {
        using PacketPool pool = Pools.Create(name: "twice");
        Packet packet = TakeHere(pool);
        FreeHere(packet);

        PacketOwnershipException error = Assert.Throws<PacketOwnershipException>(packet.Free);

        Assert.Contains("twice", error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(TakeHere), error.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(FreeHere), error.Message, StringComparison.Ordinal);
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void RawCallsAreTrackedToo()
    {
        using PacketPool pool = Pools.Create(name: "raw");
        var packets = new Packet[2];
        Assert.Equal(2, pool.AllocateRaw(packets));
        pool.FreeRaw(packets);

        Assert.Contains("raw", Assert.Throws<PacketOwnershipException>(() => pool.FreeRaw(packets)).Message, StringComparison.Ordinal);
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void FreeingASegmentBesideItsChainIsFound()
    {
        using PacketPool pool = Pools.Create();
        Packet head = pool.Take(), tail = pool.Take();
        head.Chain(tail);
        tail.Free();

        Assert.Contains("freed twice", Assert.Throws<PacketOwnershipException>(head.Free).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void EveryUseAfterFreeIsFound()
    {
        using PacketPool pool = Pools.Create();
        Packet packet = TakeHere(pool);
        FreeHere(packet);
        Action[] uses =
        [
            () => _ = packet.Length,
            () => _ = packet.Data.Length,
            () => _ = packet.Memory,
            () => _ = packet.Metadata.Port,
            () => _ = packet.SegmentCount,
            () => _ = packet.NextSegment,
            () => _ = packet.Headroom,
            () => _ = packet.Tailroom,
            () => _ = packet.IsShared,
            () => _ = packet.Pool,
            () => _ = packet.DataAddress,
            () => packet.TryPrepend(1, out _),
            () => packet.TryAppend(1, out _),
            () => packet.TryTrimStart(1),
            () => packet.TryTrimEnd(1),
            () => packet.CopyTo(new byte[1]),
            () => packet.LastSegment(),
        ];

        Assert.All(uses, use =>
        {
            PacketOwnershipException error = Assert.Throws<PacketOwnershipException>(use);
            Assert.Contains("used after it was freed", error.Message, StringComparison.Ordinal);
            Assert.Contains(nameof(FreeHere), error.Message, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void StaleMemoryThrowsEvenWhenThePacketLivesAgain()
    {
        using PacketPool pool = Pools.Create(count: 1, cache: 0);
        Packet packet = pool.Take();
        Assert.True(packet.TryAppend(8, out _));
        Memory<byte> stale = packet.Memory;
        stale.Span.Fill(1);
        packet.Free();
        Packet again = pool.Take();
        Assert.Equal(packet, again);
        Assert.True(again.TryAppend(8, out _));

        Assert.Throws<PacketOwnershipException>(() => stale.Span.Length);
        Assert.Throws<PacketOwnershipException>(() => stale.Pin());
        Assert.Equal(8, again.Memory.Span.Length);
        again.Free();
    }

    [Fact]
    public void SharedPacketStaysUsableUntilItsLastReference()
    {
        using PacketPool pool = Pools.Create();
        Packet packet = pool.Take();
        packet.AddReference();
        packet.Free();

        Assert.Equal(0, packet.Length);
        packet.Free();
        Assert.Throws<PacketOwnershipException>(() => packet.Length);
    }

    [Fact]
    public void TransmittingAFreePacketOrOneTwiceIsFoundAndDoesNotHoldUpStop()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:owner").Started(pool);
        port.Tx.Keeps = true;
        Packet freed = pool.Take(), sent = pool.Take();
        freed.Free();
        Assert.Equal(1, port.Tx.Transmit([sent]));

        Assert.Contains("after it was freed", Assert.Throws<PacketOwnershipException>(() => port.Tx.Transmit([freed])).Message, StringComparison.Ordinal);
        string twice = Assert.Throws<PacketOwnershipException>(() => port.Tx.Transmit([sent])).Message;
        Assert.Contains("while port fake:owner has it", twice, StringComparison.Ordinal);

        port.Stop();
        Assert.Equal(0, pool.Outstanding);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Packet TakeHere(PacketPool pool) => pool.Take();

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void FreeHere(Packet packet) => packet.Free();
}
