namespace PollIO;

public sealed unsafe partial class PacketPool
{
    private readonly PoolMemories _memories;

    /// <summary>The data of one segment as memory: a slice of the region's manager, or a manager of this lifetime when tracked.</summary>
    internal Memory<byte> MemoryOf(PacketMetadata* segment)
    {
        int index = IndexOf(segment);
        return PacketTracking.Enabled
            ? Tracker!.MemoryOf(segment)
            : _memories.Slice(index, segment->DataOffset, segment->DataLength);
    }
}
