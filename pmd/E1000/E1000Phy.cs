using System.Diagnostics;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.E1000;

/// <summary>The PHY's registers, by way of MDIC (82574 datasheet §10.2.2.7, 8254x SDM §13.4.8).</summary>
internal static class E1000Phy
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(2);

    internal static bool TryRead(MmioRegion registers, int register, out ushort value)
    {
        bool done = TryRun(registers, MDIC_OP_READ | ((uint)register << MDIC_REGADD_SHIFT), out uint result);
        value = (ushort)result;
        return done;
    }

    internal static bool TryWrite(MmioRegion registers, int register, ushort value) =>
        TryRun(registers, MDIC_OP_WRITE | ((uint)register << MDIC_REGADD_SHIFT) | value, out _);

    private static bool TryRun(MmioRegion registers, uint command, out uint result)
    {
        registers.Write32(MDIC, command | MDIC_PHYADD);
        long start = Stopwatch.GetTimestamp();
        do
        {
            result = registers.Read32(MDIC);
            if ((result & MDIC_READY) != 0)
            {
                return (result & MDIC_ERROR) == 0;
            }
        }
        while (Stopwatch.GetElapsedTime(start) < s_timeout);

        return false;
    }
}
