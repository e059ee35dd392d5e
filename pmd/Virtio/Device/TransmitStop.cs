namespace PollIO.Pmd.Virtio.Device;

/// <summary>Why a burst ended before its last packet.</summary>
internal enum TransmitStop
{
    /// <summary>It did not, or the driver has no more buffers.</summary>
    Full,

    /// <summary>The next packet does not fit what the driver gives.</summary>
    TooLong,

    /// <summary>The next packet's checksum is unfinished, and the driver does not take such packets.</summary>
    Unfinished,
}
