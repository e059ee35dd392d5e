using PollIO.Pmd.Pci;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.Virtio.Driver;

namespace PollIO.Pmd.Tests.Virtio;

/// <summary>A device that writes anything into the rings and buffers it is given: every packet comes back to its pool once.</summary>
public sealed unsafe class HostileDevicesAreSurvived
{
    private const ulong Common = VirtioSpec.VIRTIO_F_VERSION_1;

    private static readonly int s_bursts = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1" ? 250_000 : 10_000;

    [Theory]
    [InlineData(Common, 1)]
    [InlineData(Common | VirtioSpec.VIRTIO_F_IN_ORDER | VirtioSpec.VIRTIO_NET_F_MRG_RXBUF, 2)]
    [InlineData(Common | VirtioSpec.VIRTIO_F_RING_PACKED | VirtioSpec.VIRTIO_F_INDIRECT_DESC | VirtioSpec.VIRTIO_NET_F_MRG_RXBUF, 3)]
    [InlineData(Common | VirtioSpec.VIRTIO_F_RING_PACKED | VirtioSpec.VIRTIO_F_IN_ORDER | VirtioSpec.VIRTIO_F_EVENT_IDX, 4)]
    public void WhateverTheyWrite(ulong features, int seed)
    {
        const uint size = 64;
        var random = new Random(seed);
        using var arena = new GuardedArena();
        using var pool = new PacketPool(new PacketPoolOptions { Count = 1024 });
        using Port port = PortFactory.Open("null:");
        var memory = new DriverRingMemory((nint)arena.Start, size, IovaMap.Identity);
        var queue = new DriverRxQueue(port, 0);
        var reach = new MemoryRange(pool.Region.Address, pool.Region.Length);
        var options = new DriverRxOptions(pool, queue, features, Scatter: true);
        bool packed = (features & VirtioSpec.VIRTIO_F_RING_PACKED) != 0;
        var violations = new HashSet<RingViolation>();
        long received = 0;
        var packets = new Packet[32];
        for (int burst = 0; burst < s_bursts;)
        {
            DriverRxRing rx = DriverRings.CreateRx(memory, in options, Silence.Instance);
            rx.Refill();
            uint used = 0;
            for (int i = 0; i < 40 && rx.Violation == RingViolation.None; i++, burst++)
            {
                Use(ref used, memory, random, reach, packed, pool.DataRoom + VirtioNetHeader.Size);
                int count = rx.Receive(packets).Packets;
                received += count;
                PacketPool.Free(packets.AsSpan(0, count));
            }

            violations.Add(rx.Violation);
            rx.Release();
            Assert.Equal(0, pool.Outstanding);

            DriverTxRing tx = DriverRings.CreateTx(memory, features, Silence.Instance);
            used = 0;
            for (int i = 0; i < 40 && tx.Violation == RingViolation.None; i++, burst++)
            {
                Transmit(tx, pool, reach, random);
                Use(ref used, memory, random, reach, packed, length: 0);
            }

            violations.Add(tx.Violation);
            tx.ReleaseUnsent();
            Assert.Equal(0, pool.Outstanding);
        }

        arena.AssertIntact();
        Assert.True(received > 0, "the device was all nonsense");
        Assert.Contains(RingViolation.BadId, violations);
    }

    private static void Transmit(DriverTxRing ring, PacketPool pool, MemoryRange reach, Random random)
    {
        for (int i = random.Next(16); i > 0; i--)
        {
            Assert.True(pool.TryAllocate(out Packet packet));
            packet.TryAppend(60, out _);
            bool chained = random.Next(4) == 0;
            if (chained)
            {
                Assert.True(pool.TryAllocate(out Packet tail));
                tail.TryAppend(60, out _);
                packet.Chain(tail);
            }

            long bytes = 0;
            if (ring.PutPlain([packet], reach, ref bytes) == 1)
            {
                continue;
            }

            if (chained && ring.HasRoomForChain())
            {
                ring.PutChain(packet);
            }
            else
            {
                packet.Free();
            }
        }

        ring.Publish();
    }

    /// <summary>Uses some buffers as a device would, with mistakes.</summary>
    private static void Use(ref uint used, DriverRingMemory memory, Random random, MemoryRange reach, bool packed, int length)
    {
        uint size = memory.Size;
        for (int i = random.Next(8); i > 0; i--, used++)
        {
            uint id = random.Next(400) == 0 ? (uint)random.Next(0x10000) : used % size;
            uint written = length == 0 ? 0 : (uint)random.Next(random.Next(100) == 0 ? 0 : VirtioNetHeader.Size, length + (random.Next(400) == 0 ? 5000 : 0));
            var buffer = (nint)(packed ? memory.Packed.Descriptors : memory.Split.Descriptors)[used % size].Address;
            if (length != 0 && reach.Contains(buffer))
            {
                ((VirtioNetHeader*)buffer)->BufferCount = (ushort)(random.Next(20) == 0 ? random.Next(5) : 1);
            }

            if (packed)
            {
                Volatile.Write(
                    ref memory.Packed.Descriptors[used % size].Word, RingDescriptor.PackedWord(written, id, PackedRing.UsedFlags(used, size)));
            }
            else
            {
                memory.Split.UsedEntries[used % size] = new UsedElement { Id = id, Length = written };
            }
        }

        if (!packed)
        {
            memory.Split.UsedIndex = (ushort)(used + (random.Next(400) == 0 ? random.Next(0x10000) : 0));
        }

        if (random.Next(300) == 0)
        {
            // Past what any packet's address depends on: what the device may write in the ring.
            int start = packed ? 0 : (int)((byte*)memory.Split.Used - (byte*)memory.Split.Descriptors);
            var target = new Span<byte>((byte*)(packed ? memory.Packed.Descriptors : memory.Split.Descriptors) + start, 512);
            random.NextBytes(target.Slice(random.Next(448), 64));
        }
    }
}
