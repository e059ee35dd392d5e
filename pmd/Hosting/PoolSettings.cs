namespace PollIO.Hosting;

/// <summary>One pool of the configuration; see <see cref="PacketPoolOptions"/>.</summary>
public sealed class PoolSettings
{
    /// <summary>Packets.</summary>
    public int Count { get; set; } = 8192;

    /// <summary>Bytes of data a buffer holds.</summary>
    public int DataRoom { get; set; } = 2048;

    /// <summary>Bytes before the data.</summary>
    public int Headroom { get; set; } = 128;

    /// <summary>Packets an lcore keeps to itself.</summary>
    public int CacheSize { get; set; } = 256;

    /// <summary>NUMA node, or -1 for any.</summary>
    public int NumaNode { get; set; } = -1;

    internal PacketPoolOptions ToOptions(string name) => new()
    {
        Name = name,
        Count = Count,
        DataRoom = DataRoom,
        Headroom = Headroom,
        CacheSize = CacheSize,
        NumaNode = NumaNode,
    };
}
