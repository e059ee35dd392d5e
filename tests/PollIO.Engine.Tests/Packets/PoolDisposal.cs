using System.Runtime.CompilerServices;

namespace PollIO.Tests.Packets;

public sealed unsafe class PoolDisposal
{
    [Fact]
    public void CleanPoolLeavesNothing()
    {
        DmaMemory memory = TestMemory.Create();
        var domain = new RecordingDomain("a");
        memory.Attach(domain);
        PacketPool pool = Pools.Create(memory: memory);
        LCoreThread.Run(() =>
        {
            PacketPool.Free(pool.Take(10));
            pool.Dispose();
        });

        Assert.Empty(memory.Regions);
        Assert.Empty(domain.Mapped);
        Assert.Equal(0, pool.Outstanding);
        Assert.Throws<ObjectDisposedException>(() => pool.TryAllocate(out _));
        pool.Dispose();
    }

    [Fact]
    public void PacketsOutstandingKeepTheMemoryAndAreReportedOnce()
    {
        DmaMemory memory = TestMemory.Create();
        PacketPool pool = Pools.Create(count: 32, memory: memory, name: "leaky");
        Packet packet = TakeAndForget(pool);
        Assert.True(packet.TryAppend(4, out Span<byte> data));
        var reports = new List<string>();
        void Note(PacketPool of, string report)
        {
            if (of == pool)
            {
                reports.Add(report);
            }
        }

        PacketTracking.LeakFound += Note;
        pool.Dispose();
        pool.Dispose();
        PacketTracking.LeakFound -= Note;

        string report = Assert.Single(reports);
        Assert.Contains("leaky", report, StringComparison.Ordinal);
        Assert.Contains("1 packets outstanding", report, StringComparison.Ordinal);
        if (PacketTracking.Enabled)
        {
            Assert.Contains(nameof(TakeAndForget), report, StringComparison.Ordinal);
            Assert.Contains("held by the application", report, StringComparison.Ordinal);
        }

        Assert.Equal(1, pool.Outstanding);
        Assert.Equal([pool.Region], memory.Regions);
        data.Fill(7);
        packet.Free();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void PoolInUseByAPortCannotBeDisposed()
    {
        PacketPool pool = Pools.Create();
        var port = new FakePort("fake:borrower");
        port.Configure(new PortConfig { Pool = pool });

        InvalidOperationException error = Assert.Throws<InvalidOperationException>(pool.Dispose);
        Assert.Contains("fake:borrower", error.Message, StringComparison.Ordinal);

        Packet packet = pool.Take();
        packet.Free();
        port.Dispose();
        pool.Dispose();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Packet TakeAndForget(PacketPool pool) => pool.Take();
}
