namespace PollIO;

public readonly unsafe partial struct Packet
{
    /// <summary>
    /// The data of this segment as <see cref="Memory{T}"/>, for asynchronous code. It is the packet's own buffer and ends with
    /// the packet: with ownership tracking on, using it after the packet was freed throws.
    /// </summary>
    public Memory<byte> Memory
    {
        get
        {
            PacketMetadata* metadata = Checked();
            return PacketPool.FromId(metadata->PoolId).MemoryOf(metadata);
        }
    }
}
