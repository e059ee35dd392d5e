namespace PollIO.Pmd.Pci;

/// <summary>Whether a device can be pointed at a piece of memory.</summary>
internal static class PciReach
{
    /// <summary>
    /// Whether the device reaches every buffer of <paramref name="pool"/>, each as one piece: none crosses a multiple of 2 MiB from
    /// the pool's start. Costs a step a 2 MiB; the answer holds while the pool lives.
    /// </summary>
    internal static bool Covers(DmaMemory memory, IovaMap iova, PacketPool pool) =>
        ReferenceEquals(pool.Options.Memory, memory) && IsMapped(iova, pool.Region.Address, pool.Region.Length, pool.Region.Address % (1 << IovaMap.PageShift) == 0);

    /// <summary>Throws unless the device of port <paramref name="name"/> can receive into <paramref name="pool"/>.</summary>
    internal static void Check(string name, PciDevice device, PacketPool pool)
    {
        if (!Covers(device.Memory, device.Iova, pool))
        {
            throw new PollIOException(
                "configure",
                name,
                ReferenceEquals(pool.Options.Memory, device.Memory)
                    ? $"the device does not reach {pool}: it is not on hugepages, or is older than the port"
                    : $"the device does not reach {pool}: it is of another DmaMemory");
        }
    }

    /// <summary>Whether <paramref name="length"/> bytes at <paramref name="address"/> are mapped, and unless pages may lie apart, as one piece.</summary>
    internal static bool IsMapped(IovaMap iova, nint address, nuint length, bool pagesMayLieApart = false)
    {
        const long page = 1L << IovaMap.PageShift;
        ulong expected = iova.Translate(address);
        for (long at = address, end = address + (nint)length; at < end; at = (at & -page) + page)
        {
            ulong got = iova.Translate((nint)at);
            if (got == IovaMap.Unreachable || (!pagesMayLieApart && got != expected + (ulong)(at - address)))
            {
                return false;
            }
        }

        return expected != IovaMap.Unreachable;
    }
}
