namespace PollIO;

/// <summary>One mapped piece of the memory that devices and peers may reach.</summary>
/// <remarks>The mapping lives until <see cref="DmaMemory.Free"/>; no finalizer ever unmaps it.</remarks>
public sealed class DmaRegion
{
    /// <summary>Describes a mapping made by <paramref name="allocator"/>.</summary>
    public DmaRegion(IDmaAllocator allocator, in DmaRequest requested)
    {
        Allocator = allocator;
        Requested = requested;
    }

    /// <summary>The allocator that made it and takes it back.</summary>
    public IDmaAllocator Allocator { get; }

    /// <summary>What was asked for; the other properties say what was got.</summary>
    public DmaRequest Requested { get; }

    /// <summary>First byte, in this process's address space.</summary>
    public required nint Address { get; init; }

    /// <summary>Bytes mapped, whole pages.</summary>
    public required nuint Length { get; init; }

    /// <summary>The file behind the mapping; owned by the allocator.</summary>
    public required int FileDescriptor { get; init; }

    /// <summary>Offset of <see cref="Address"/> in that file, in bytes.</summary>
    public required long FileOffset { get; init; }

    /// <summary>Page size in bytes.</summary>
    public required nuint PageSize { get; init; }

    /// <summary>NUMA node the pages are bound to, or -1 when the kernel chose.</summary>
    public int NumaNode { get; init; } = -1;

    /// <summary>Whether the pages are locked in memory.</summary>
    public bool IsLocked { get; init; }

    /// <summary>Whether <paramref name="length"/> bytes at <paramref name="address"/> lie inside.</summary>
    public bool Contains(nint address, nuint length)
    {
        nuint offset = (nuint)(address - Address);
        return offset <= Length && length <= Length - offset;
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"0x{Address:x}+0x{Length:x} ({Allocator.Name}{(NumaNode >= 0 ? $", node {NumaNode}" : "")}{(IsLocked ? ", locked" : "")})";
}
