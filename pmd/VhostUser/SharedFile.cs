using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.VhostUser;

/// <summary>A part of a file that holds regions of ours, as one entry of the table a peer gets.</summary>
/// <param name="Descriptor">The file.</param>
/// <param name="Range">Where the part is mapped here; the peer knows it by the same addresses.</param>
/// <param name="Offset">Where the part begins in the file.</param>
internal readonly record struct SharedFile(int Descriptor, MemoryRange Range, long Offset)
{
    /// <summary>The entry a region needs by itself.</summary>
    internal static SharedFile Of(DmaRegion region) =>
        new(region.FileDescriptor, new MemoryRange(region.Address, region.Length), region.FileOffset);

    /// <summary>Whether a region is mapped from the same file at the same distance, so that one entry serves both.</summary>
    internal bool Fits(in SharedFile other) =>
        Descriptor == other.Descriptor && Range.Start - (nint)Offset == other.Range.Start - (nint)other.Offset;

    /// <summary>The entry for both and what lies between.</summary>
    internal SharedFile Join(in SharedFile other)
    {
        nint start = Math.Min(Range.Start, other.Range.Start);
        nint end = Math.Max(Range.Start + (nint)Range.Length, other.Range.Start + (nint)other.Range.Length);
        return new SharedFile(Descriptor, new MemoryRange(start, (nuint)(end - start)), Math.Min(Offset, other.Offset));
    }
}
