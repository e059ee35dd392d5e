namespace PollIO.Pmd.Pci;

/// <summary>Whether a device can be pointed at a piece of memory.</summary>
internal static class PciReach
{
    /// <summary>
    /// Whether the device reaches every buffer of <paramref name="pool"/>, each as one piece. Costs a step a 2 MiB; the answer holds
    /// while the pool lives.
    /// </summary>
    internal static bool Covers(DmaMemory memory, IovaMap iova, PacketPool pool) =>
        ReferenceEquals(pool.Options.Memory, memory) && IsMapped(iova, pool.Region.Address, pool.Region.Length, pool.Options.PageBoundary != 0);

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
