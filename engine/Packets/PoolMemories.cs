using System.Buffers;

namespace PollIO;

/// <summary>The managed view of a pool's data elements: a few memory managers over the region, none made per packet.</summary>
internal sealed unsafe class PoolMemories
{
    // A Memory<byte> counts in int: one manager covers at most this much.
    private const long ChunkLength = 1L << 30;

    private readonly RegionMemoryManager[] _chunks;
    private readonly int _elementsPerChunk;
    private readonly int _elementSize;
    private readonly int _elementsPerPage;
    private readonly int _pageBoundary;

    internal PoolMemories(DmaRegion region, int count, int elementSize, int elementsPerPage, int pageBoundary)
    {
        _elementSize = elementSize;
        _elementsPerPage = elementsPerPage;
        _pageBoundary = pageBoundary;
        _elementsPerChunk = (int)(pageBoundary == 0
            ? ChunkLength / elementSize
            : ChunkLength / pageBoundary * elementsPerPage);
        _chunks = new RegionMemoryManager[(count + _elementsPerChunk - 1) / _elementsPerChunk];
        for (int i = 0; i < _chunks.Length; i++)
        {
            long start = OffsetOf((long)i * _elementsPerChunk);
            long length = Math.Min((long)region.Length - start, ChunkLength);
            _chunks[i] = new RegionMemoryManager((byte*)region.Address + start, (int)length);
        }
    }

    /// <summary>Bytes of element <paramref name="index"/>, from <paramref name="offset"/> for <paramref name="length"/>.</summary>
    internal Memory<byte> Slice(int index, int offset, int length)
    {
        int chunk = index / _elementsPerChunk;
        long start = OffsetOf(index) - OffsetOf((long)chunk * _elementsPerChunk);
        return _chunks[chunk].Memory.Slice((int)start + offset, length);
    }

    internal static long OffsetOf(long index, int elementSize, int elementsPerPage, int pageBoundary) =>
        pageBoundary == 0
            ? index * elementSize
            : (index / elementsPerPage * pageBoundary) + (index % elementsPerPage * elementSize);

    private long OffsetOf(long index) => OffsetOf(index, _elementSize, _elementsPerPage, _pageBoundary);

    private sealed class RegionMemoryManager(byte* start, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(start, length);

        public override MemoryHandle Pin(int elementIndex = 0) => new(start + elementIndex);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
