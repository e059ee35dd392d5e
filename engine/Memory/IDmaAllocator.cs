namespace PollIO;

/// <summary>A source of <see cref="DmaRegion"/>s: ordinary pages (<see cref="MemfdAllocator"/>) or hugepages (PollIO.Pmd).</summary>
/// <remarks>
/// Every region is a shared mapping of a file that cannot shrink, with descriptor and offset known, placed by
/// <see cref="DmaAddressSpace"/>. An allocator keeps few files: for one file the difference between address and file offset
/// is constant, so that a peer's table needs one entry a file (a vhost-user memory table holds eight).
/// </remarks>
public interface IDmaAllocator
{
    /// <summary>The kind of memory, for messages: "4 KiB pages", "2 MiB hugepages".</summary>
    string Name { get; }

    /// <summary>Allocates and maps one region, every page present.</summary>
    /// <exception cref="PollIOException">The system refused; the message names the reason and the remedy.</exception>
    DmaRegion Allocate(in DmaRequest request);

    /// <summary>Unmaps a region of this allocator and gives its pages back. Nothing may reach it any more.</summary>
    void Free(DmaRegion region);
}
