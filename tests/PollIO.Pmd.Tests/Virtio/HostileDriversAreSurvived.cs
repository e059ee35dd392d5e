using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Device;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>A driver that writes anything anywhere in its memory: nothing outside is touched, no packet is lost, and rings stop.</summary>
public sealed unsafe class HostileDriversAreSurvived
{
    private const ulong Common = VirtioSpec.VIRTIO_F_VERSION_1 | VirtioSpec.VIRTIO_F_INDIRECT_DESC;

    private static readonly int s_bursts = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1" ? 250_000 : 10_000;

    [Theory]
    [InlineData(Common, 1)]
    [InlineData(Common | VirtioSpec.VIRTIO_NET_F_MRG_RXBUF | VirtioSpec.VIRTIO_F_EVENT_IDX, 2)]
    [InlineData(Common | VirtioSpec.VIRTIO_F_RING_PACKED, 3)]
    [InlineData(Common | VirtioSpec.VIRTIO_F_RING_PACKED | VirtioSpec.VIRTIO_NET_F_MRG_RXBUF | VirtioSpec.VIRTIO_NET_F_CSUM, 4)]
    public void WhateverTheyWrite(ulong features, int seed)
    {
        var random = new Random(seed);
        using var pool = new PacketPool(new PacketPoolOptions { Count = 1024 });
        using Port port = PortFactory.Open("null:");
        using var arena = new GuardedArena();
        using var rxQueue = new DeviceRxQueue(port, 0, new EventWatch("test"));
        var violations = new HashSet<RingViolation>();
        var packets = new Packet[48];
        long received = 0, sent = 0;
        bool packed = (features & VirtioSpec.VIRTIO_F_RING_PACKED) != 0;
        for (int burst = 0; burst < s_bursts;)
        {
            uint size = 1u << random.Next(1, 9);
            bool transmits = random.Next(2) == 0;
            arena.Bytes[..8192].Clear();
            ulong events = GuardedArena.User + 6144;
            Assert.True(DeviceRingPlace.TryFind(
                arena.Memory,
                packed,
                size,
                (GuardedArena.User, packed ? events : GuardedArena.User + 4096, packed ? events + 64 : events),
                packed ? 0x8000u : 0,
                out DeviceRingPlace place));
            var options = new DeviceRxOptions(pool, rxQueue, Scatter: random.Next(2) == 0);
            DeviceRing ring = transmits
                ? DeviceRings.CreateTx(in place, arena.Memory, features, Silence.Instance)
                : DeviceRings.CreateRx(in place, arena.Memory, features, in options, Silence.Instance);
            var driver = new HostileDriver(arena, random, size, packed, transmits);
            for (int i = 0; i < 50 && ring.Violation == RingViolation.None; i++, burst++)
            {
                driver.Write();
                if (transmits)
                {
                    int count = pool.Allocate(packets.AsSpan(0, random.Next(1, packets.Length)));
                    foreach (Packet packet in packets.AsSpan(0, count))
                    {
                        Assert.True(packet.TryAppend(random.Next(14, 1514), out Span<byte> room));
                        room.Fill(1);
                    }

                    sent += ring.Transmit(packets.AsSpan(0, count), out _);
                    PacketPool.Free(packets.AsSpan(0, count));
                }
                else
                {
                    Burst taken = ring.Receive(packets.AsSpan(0, random.Next(1, packets.Length)));
                    Assert.Equal(taken.Bytes, packets.Take(taken.Packets).Sum(packet => (long)packet.Length));
                    PacketPool.Free(packets.AsSpan(0, taken.Packets));
                    received += taken.Packets;
                }
            }

            violations.Add(ring.Violation);
            Assert.Equal(0, pool.Outstanding);
        }

        arena.AssertIntact();
        Assert.True(received > 0 && sent > 0, $"{received} received, {sent} sent: the driver was all nonsense");
        Assert.Superset(new HashSet<RingViolation> { RingViolation.BadAddress, RingViolation.BadFlags }, violations);
    }
}
