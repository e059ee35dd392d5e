namespace PollIO.Pmd.Virtio.Device;

/// <summary>One contiguous piece of a buffer, inside the peer's memory.</summary>
internal unsafe struct BufferPiece
{
    internal byte* Data;
    internal uint Length;
}
