using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.Tests.E1000;

/// <summary>The registers of <see cref="FakeE1000"/>: an array, but for those that do something.</summary>
internal sealed class FakeE1000Registers(FakeE1000 device) : MmioRegion
{
    private readonly uint[] _values = new uint[0x20000 / 4];

    internal override int Length => _values.Length * 4;

    internal ref uint this[int offset] => ref _values[offset / 4];

    internal override byte Read8(int offset) => throw new NotSupportedException();

    internal override ushort Read16(int offset) => throw new NotSupportedException();

    internal override uint Read32(int offset) => device switch
    {
        { IsDisposed: true } => throw new InvalidOperationException($"register 0x{offset:x} of a device that was given back was read"),
        { IsGone: true } => AllOnes,
        _ => offset switch
        {
            STATUS => STATUS_FD | (device.IsLinkDown ? 0 : STATUS_LU) | (2u << STATUS_SPEED_SHIFT),
            EECD => EECD_AUTO_RD,
            RAL => 0x0054_5200 | 0x02,
            RAH => 0x7700 | RAH_AV,
            MDIC => MDIC_READY,
            >= 0x4000 and < 0x4100 when !device.KeepsCounters => TakeCounter(offset),
            _ => this[offset],
        },
    };

    internal override void Write8(int offset, byte value) => throw new NotSupportedException();

    internal override void Write16(int offset, ushort value) => throw new NotSupportedException();

    internal override void Write32(int offset, uint value)
    {
        if (device.IsDisposed)
        {
            throw new InvalidOperationException($"register 0x{offset:x} of a device that was given back was written");
        }

        bool wantsPhy = offset == MDIC || (offset == CTRL && (value & CTRL_RST) != 0);
        if (wantsPhy && device.Is82574 && (this[EXTCNF_CTRL] & EXTCNF_CTRL_MDIO_SW_OWNERSHIP) == 0)
        {
            device.PhyTrespasses++;
        }

        this[offset] = offset == CTRL ? value & ~CTRL_RST : value;
        if (offset is TDT or RDT)
        {
            device.Doorbells++;
        }

        if (offset == TDT)
        {
            device.Transmit();
        }
    }

    /// <summary>Statistics clear when they are read.</summary>
    private uint TakeCounter(int offset)
    {
        uint value = this[offset];
        this[offset] = 0;
        return value;
    }
}
