namespace PollIO.Tests;

/// <summary>Small pools in the process-wide memory.</summary>
internal static class Pools
{
    internal static PacketPool Create(int count = 1024, int cache = 64, int dataRoom = 256, DmaMemory? memory = null, string name = "test") =>
        new(new PacketPoolOptions
        {
            Name = name,
            Count = count,
            CacheSize = cache,
            DataRoom = dataRoom,
            Memory = memory ?? DmaMemory.Shared,
        });

    internal static Packet Take(this PacketPool pool)
    {
        Assert.True(pool.TryAllocate(out Packet packet), $"{pool} is dry");
        return packet;
    }

    internal static Packet[] Take(this PacketPool pool, int count)
    {
        var packets = new Packet[count];
        Assert.True(pool.TryAllocateBulk(packets), $"{pool} has no {count} packets");
        return packets;
    }
}
