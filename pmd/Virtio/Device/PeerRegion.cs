namespace PollIO.Pmd.Virtio.Device;

/// <summary>A piece of the peer's memory, mapped here.</summary>
/// <param name="GuestStart">The address descriptors name its first byte by.</param>
/// <param name="UserStart">The address ring addresses name its first byte by.</param>
/// <param name="Length">Bytes.</param>
/// <param name="Host">Its first byte in this process.</param>
internal readonly record struct PeerRegion(ulong GuestStart, ulong UserStart, ulong Length, nint Host);
