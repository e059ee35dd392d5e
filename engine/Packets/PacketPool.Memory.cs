namespace PollIO;

public sealed unsafe partial class PacketPool
{
    private readonly PoolMemories _memories;

    /// <summary>The data of one segment as memory: a slice of the region's manager, or a manager of this lifetime when tracked.</summary>
    internal Memory<byte> MemoryOf(PacketMetadata* segment) => MemoryOf(segment, segment->DataOffset, segment->DataLength);

    /// <summary>The free bytes behind the data of one segment.</summary>
    internal Memory<byte> TailroomOf(PacketMetadata* segment)
    {
        int end = segment->DataOffset + segment->DataLength;
        return MemoryOf(segment, end, segment->BufferLength - end);
    }

    private Memory<byte> MemoryOf(PacketMetadata* segment, int offset, int length) => PacketTracking.Enabled
        ? Tracker!.MemoryOf(segment, offset, length)
        : _memories.Slice(segment->Buffer + offset, length);
}
