namespace PollIO.Tests.Packets;

public sealed class PoolOptionsAreChecked
{
    public static TheoryData<PacketPoolOptions, string> Wrong { get; } = new()
    {
        { new() { Count = 0 }, "Count" },
        { new() { Count = -1 }, "Count" },
        { new() { Count = 1 << 26 }, "Count" },
        { new() { Headroom = -64 }, "Headroom" },
        { new() { Headroom = 100 }, "Headroom" },
        { new() { Headroom = int.MaxValue - 63 }, "Headroom" },
        { new() { DataRoom = 0 }, "DataRoom" },
        { new() { DataRoom = 65_536 }, "DataRoom" },
        { new() { DataRoom = int.MaxValue }, "DataRoom" },
        { new() { Headroom = 65_472, DataRoom = 64 }, "DataRoom" },
        { new() { CacheSize = -1 }, "CacheSize" },
        { new() { CacheSize = 1 }, "CacheSize" },
        { new() { CacheSize = 63 }, "CacheSize" },
        { new() { CacheSize = 4097 }, "CacheSize" },
    };

    [Theory]
    [MemberData(nameof(Wrong), DisableDiscoveryEnumeration = true)]
    public void OptionOutOfRangeIsNamed(PacketPoolOptions options, string name)
    {
        ArgumentOutOfRangeException error = Assert.Throws<ArgumentOutOfRangeException>(() => new PacketPool(options));

        Assert.Contains(name, error.ParamName, StringComparison.Ordinal);
    }

    [Fact]
    public void MemoryThatRefusesLeavesNoPool()
    {
        DmaMemory memory = TestMemory.Create();
        memory.Attach(new RecordingDomain("refusing") { Refuses = static _ => true });

        Assert.Throws<PollIOException>(() => Pools.Create(memory: memory));

        Assert.Empty(memory.Regions);
    }
}
