namespace PollIO.Pmd.Virtio.Device;

/// <summary>Where a ring's parts lie in this process, each checked to be whole inside the peer's memory and aligned.</summary>
/// <param name="Size">Descriptors, a power of two.</param>
/// <param name="Descriptors">The descriptors.</param>
/// <param name="Driver">What the driver writes besides: the available ring, or its event suppression.</param>
/// <param name="Device">What we write: the used ring, or our event suppression.</param>
/// <param name="Base">Where a packed ring starts.</param>
internal readonly record struct DeviceRingPlace(uint Size, nint Descriptors, nint Driver, nint Device, uint Base)
{
    /// <summary>Finds a ring's parts by the addresses a peer gave.</summary>
    /// <returns>False when one is misaligned or not whole inside one region.</returns>
    internal static bool TryFind(
        PeerMemory memory, bool packed, uint size, (ulong Descriptors, ulong Driver, ulong Device) addresses, uint start, out DeviceRingPlace place)
    {
        place = default;
        long driverLength = packed ? PackedEvent.Size : SplitRing.AvailableLength(size);
        long deviceLength = packed ? PackedEvent.Size : SplitRing.UsedLength(size);
        long descriptorsLength = SplitRing.DescriptorsLength(size);
        uint driverAlignment = packed ? 4u : 2u;
        if (!memory.TryTranslateUser(addresses.Descriptors, descriptorsLength, out nint descriptors)
            || !memory.TryTranslateUser(addresses.Driver, driverLength, out nint driver)
            || !memory.TryTranslateUser(addresses.Device, deviceLength, out nint device)
            || descriptors % RingDescriptor.Size != 0
            || driver % driverAlignment != 0
            || device % 4 != 0)
        {
            return false;
        }

        place = new DeviceRingPlace(size, descriptors, driver, device, start);
        return true;
    }
}
