namespace PollIO.Tests;

/// <summary>Memories of a test's own, over one allocator: every allocator costs a window of the scarce low addresses.</summary>
internal static class TestMemory
{
    internal static IDmaAllocator Allocator { get; } = new MemfdAllocator();

    internal static DmaMemory Create() => new(Allocator);
}
