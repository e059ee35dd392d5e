using System.Diagnostics;
using PollIO.Lab.Tests.Support;
using PollIO.Pmd;
using PollIO.Pmd.Hugepages;

namespace PollIO.Lab.Tests;

/// <summary>Two NICs are opened, forward, and are closed, again and again in one process: nothing of the machine is held in the end that was not before.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("full", "e1000")]
[Trait("full", "virtio")]
public sealed class OpeningAndClosingLeaksNothing : DriverTest
{
    private const int Packets = 50;
    private const int Burst = 32;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task NoDescriptorMappingHugepageOrInterrupt()
    {
        int cycles = Guest.Count(full: 100, brief: 10);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1, silent: true);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2, silent: true);
        await new PciDevice(Slots.Dut0).BindToVfioAsync();
        await new PciDevice(Slots.Dut1).BindToVfioAsync();
        await using Pktgen traffic = await Pktgen.StartAsync(first, second.Mac, count: 0, rate: 2000);
        IDmaAllocator former = DmaMemory.Shared.DefaultAllocator;
        DmaMemory.Shared.DefaultAllocator = new HugepageAllocator();
        try
        {
            // What is made once for a process is there after the first time.
            Holdings open = RunOnce();
            Holdings before = Holdings.Read();
            Assert.True(open.VfioDescriptors > 0 && open.DeviceMappings > 0 && open.MemoryMappings > before.MemoryMappings && open.Interrupts > 0 && open.FreeHugepages < before.FreeHugepages, $"{open}");
            Assert.Equal((0, 0, 0), (before.VfioDescriptors, before.DeviceMappings, before.Interrupts));
            long received = await second.CounterAsync("rx_packets");

            for (int cycle = 0; cycle < cycles; cycle++)
            {
                Assert.Equal(open, RunOnce());
                Assert.Equal(before, Holdings.Read());
            }

            await second.WaitForCounterAsync("rx_packets", received + (cycles * Packets));
        }
        finally
        {
            DmaMemory.Shared.DefaultAllocator = former;
        }
    }

    /// <returns>What was held while packets moved.</returns>
    private static Holdings RunOnce()
    {
        using var pool = new PacketPool(new PacketPoolOptions { Name = "cycle", Count = 4096 });
        using Port from = Open(Slots.Dut0, pool);
        using Port to = Open(Slots.Dut1, pool);
        Forward(from.RxQueues[0], to.TxQueues[0]);
        return Holdings.Read();
    }

    private static Port Open(string slot, PacketPool pool)
    {
        Port port = PortFactory.Open($"vfio:{slot}");
        try
        {
            port.Configure(new PortConfig { Pool = pool, MaxBurst = Burst, Promiscuous = true });
            port.Start();
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }

    private static void Forward(RxQueue rx, TxQueue tx)
    {
        var packets = new Packet[Burst];
        long start = Stopwatch.GetTimestamp();
        for (int sent = 0; sent < Packets;)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, $"{sent} packets forwarded in {s_patience.TotalSeconds} s");
            int received = rx.Receive(packets);
            int taken = tx.Transmit(packets.AsSpan(0, received));
            PacketPool.Free(packets.AsSpan(taken, received - taken));
            sent += taken;
        }
    }
}
