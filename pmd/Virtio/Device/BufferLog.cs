namespace PollIO.Pmd.Virtio.Device;

/// <summary>Logs what one ring writes into the driver's buffers.</summary>
/// <param name="log">The log.</param>
/// <param name="memory">The memory buffers lie in.</param>
internal sealed unsafe class BufferLog(DirtyLog log, PeerMemory memory)
{
    private PeerRegion _region;

    /// <summary>Marks bytes that were written.</summary>
    /// <param name="data">The first one, where it lies in this process.</param>
    /// <param name="length">How many, inside one region.</param>
    internal void Mark(byte* data, uint length)
    {
        var offset = (ulong)((nint)data - _region.Host);
        if (offset >= _region.Length)
        {
            if (!memory.TryFindHost((nint)data, out _region))
            {
                return;
            }

            offset = (ulong)((nint)data - _region.Host);
        }

        log.Mark(_region.GuestStart + offset, length);
    }
}
