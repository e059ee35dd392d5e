using System.Diagnostics;
using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.E1000;

/// <summary>The PHY's registers, by way of MDIC (82574 datasheet §10.2, 8254x SDM §13.4.7).</summary>
internal static class E1000Phy
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan s_ownershipTimeout = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks the 82574's firmware for the PHY, which is the firmware's after every reset; it may be busy with it for a while.</summary>
    /// <returns>Whether it is ours and to be given back. Firmware that does not answer is passed over.</returns>
    internal static bool TryTake(MmioRegion registers)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            registers.Write32(EXTCNF_CTRL, registers.Read32(EXTCNF_CTRL) | EXTCNF_CTRL_MDIO_SW_OWNERSHIP);
            if ((registers.Read32(EXTCNF_CTRL) & EXTCNF_CTRL_MDIO_SW_OWNERSHIP) != 0)
            {
                return true;
            }

            Thread.Sleep(2);
        }
        while (Stopwatch.GetElapsedTime(start) < s_ownershipTimeout);

        return false;
    }

    /// <summary>Gives it back.</summary>
    internal static void Release(MmioRegion registers) =>
        registers.Write32(EXTCNF_CTRL, registers.Read32(EXTCNF_CTRL) & ~EXTCNF_CTRL_MDIO_SW_OWNERSHIP);

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
