using System.Buffers;

namespace PollIO;

/// <summary>The managed view of a pool's data elements: a few memory managers over the region, none made per packet.</summary>
internal sealed unsafe class PoolMemories
{
    // A Memory<byte> counts in int: one manager covers this much, and one element that begins below its end.
    private const int ChunkShift = 30;
    private const nint ChunkLength = (nint)1 << ChunkShift;

    private readonly RegionMemoryManager[] _chunks;
    private readonly byte* _start;

    internal PoolMemories(DmaRegion region)
    {
        _start = (byte*)region.Address;
        nint length = (nint)region.Length;
        _chunks = new RegionMemoryManager[(length + ChunkLength - 1) >> ChunkShift];
        for (int i = 0; i < _chunks.Length; i++)
        {
            nint start = i * ChunkLength;
            _chunks[i] = new RegionMemoryManager(_start + start, (int)Math.Min(length - start, ChunkLength + ushort.MaxValue));
        }
    }

    /// <summary>Bytes of the region, of one element: arithmetic on the address, no division.</summary>
    internal Memory<byte> Slice(byte* address, int length)
    {
        nint offset = (nint)(address - _start);
        return _chunks[offset >> ChunkShift].Slice((int)(offset & (ChunkLength - 1)), length);
    }

    private sealed class RegionMemoryManager(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        internal Memory<byte> Slice(int offset, int count) => CreateMemory(offset, count);

        protected override void Dispose(bool disposing)
        {
        }
    }
}
