using System.Diagnostics;
using PollIO.Pmd.Pci;
using PollIO.Wire;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.E1000;

/// <summary>The chip's registers in the order the datasheets want them: reset, start-up, link, stop.</summary>
internal sealed class E1000Hardware
{
    private const int MulticastWords = 128;

    private static readonly TimeSpan s_resetTimeout = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_drainTimeout = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan s_busQuietTime = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_phySetUpTime = TimeSpan.FromMilliseconds(25);
    private static readonly TimeSpan s_throttleTime = TimeSpan.FromMilliseconds(1);

    private readonly string _name;
    private uint _rctl;

    /// <summary>Resets the device and reads its address.</summary>
    /// <exception cref="PollIOException">It does not answer, or not as this chip would.</exception>
    internal E1000Hardware(string name, PciDevice device, E1000Chip chip)
    {
        _name = name;
        Chip = chip;
        Registers = device.GetBar(0);
        Reset();
        MacAddress = ReadAddress();
    }

    internal E1000Chip Chip { get; }

    internal MmioRegion Registers { get; }

    internal MacAddress MacAddress { get; }

    /// <summary>82574 datasheet §4.6, 8254x SDM §14.3: interrupts off, DMA off, global reset, interrupts off again.</summary>
    internal void Reset()
    {
        MmioRegion registers = Registers;
        if (registers.Read32(STATUS) == AllOnes)
        {
            throw Failure("reset", "its registers read all ones: it is gone, asleep, or its memory decoding is off");
        }

        registers.Write32(IMC, AllOnes);
        registers.Write32(RCTL, 0);
        registers.Write32(TCTL, TCTL_PSP);
        if (Chip.Is82574)
        {
            // Chapter 5: requests under way end before the reset, or the bus may hang. One that does not end is reset all the same.
            registers.Write32(CTRL, registers.Read32(CTRL) | CTRL_GIO_MASTER_DISABLE);
            WaitUntil(STATUS, STATUS_GIO_MASTER_ENABLE, 0, s_resetTimeout);
        }

        // What is under way on the bus has 10 ms to end, as Linux's drivers have it.
        Thread.Sleep(s_busQuietTime);
        bool hasPhy = Chip.Is82574 && E1000Phy.TryTake(Registers);
        registers.Write32(CTRL, registers.Read32(CTRL) | CTRL_RST);

        // §14.3 of the SDM: no access for 1 µs. Then the bit clears itself, and the EEPROM is read anew.
        Thread.Sleep(1);
        if (!WaitUntil(CTRL, CTRL_RST, 0, s_resetTimeout))
        {
            throw Failure("reset", $"the reset did not end within {s_resetTimeout.TotalMilliseconds} ms");
        }

        if (hasPhy)
        {
            E1000Phy.Release(Registers);
        }

        if (Chip.Is82574)
        {
            if (!WaitUntil(EECD, EECD_AUTO_RD, EECD_AUTO_RD, s_resetTimeout))
            {
                throw Failure("reset", "its EEPROM was not read: it is empty or broken");
            }

            // Only then does it set up its PHY from the EEPROM, and does not say when that is done.
            Thread.Sleep(s_phySetUpTime);
        }
        else
        {
            // The 8254x does not say when it has read its EEPROM; 5 ms are enough for the longest.
            Thread.Sleep(5);
        }

        registers.Write32(IMC, AllOnes);
        _ = registers.Read32(ICR);
        _rctl = 0;
    }

    /// <summary>Start-up but for the rings: 82574 datasheet §4.6, 8254x SDM §14.2-5.</summary>
    internal void Initialize(in E1000Settings settings)
    {
        MmioRegion registers = Registers;
        if (Chip.Is82574)
        {
            registers.Write32(CTRL, registers.Read32(CTRL) & ~CTRL_82574_CLEAR);
            registers.Write32(CTRL_EXT, (registers.Read32(CTRL_EXT) & ~CTRL_EXT_82574_CLEAR) | CTRL_EXT_82574_SET);
            registers.Write32(TARC0, (registers.Read32(TARC0) & ~TARC0_82574_CLEAR) | TARC0_82574_SET);
            registers.Write32(GCR, registers.Read32(GCR) | GCR_82574_SET);
            registers.Write32(GCR2, registers.Read32(GCR2) | GCR2_82574_SET);
        }

        SetLinkUp(settings.Vlan);

        // Station address as the EEPROM gave it; no multicast group; 802.1Q tags.
        registers.Write32(RAL, (uint)AddressWord);
        registers.Write32(RAH, (uint)(AddressWord >> 32) | RAH_AV);
        for (int i = 0; i < MulticastWords; i++)
        {
            registers.Write32(MTA + (i * sizeof(uint)), 0);
        }

        registers.Write32(VET, 0x8100);
        InitializeReceive(in settings);
        InitializeTransmit(in settings);
    }

    /// <summary>Lets frames in: 82574 datasheet §4.6, 8254x SDM §14.4, last step. The ring is filled.</summary>
    internal void EnableReceive()
    {
        _rctl |= RCTL_EN;
        Registers.Write32(RCTL, _rctl);
    }

    /// <summary>Sets the address filters; takes effect at once when the receiver runs.</summary>
    internal void SetFilters(bool promiscuous, bool allMulticast)
    {
        _rctl &= ~(RCTL_UPE | RCTL_MPE);
        _rctl |= (promiscuous ? RCTL_UPE | RCTL_MPE : 0) | (allMulticast ? RCTL_MPE : 0);
        if ((_rctl & RCTL_EN) != 0)
        {
            Registers.Write32(RCTL, _rctl);
        }
    }

    /// <summary>Reads the link.</summary>
    /// <returns>False when the device is gone.</returns>
    internal bool TryReadLink(out LinkState link)
    {
        uint status = Registers.Read32(STATUS);
        bool isUp = (status & STATUS_LU) != 0;
        int speed = ((status >> STATUS_SPEED_SHIFT) & 3) switch
        {
            0 => 10,
            1 => 100,
            _ => 1000,
        };
        link = new LinkState(isUp, isUp ? speed : 0, (status & STATUS_FD) != 0);
        return status != AllOnes;
    }

    /// <summary>Waits, for a moment, until the device has fetched what was handed over, and stops both directions.</summary>
    /// <returns>The transmit ring's head: descriptors from there to the tail were not sent.</returns>
    internal uint Stop()
    {
        Registers.Write32(IMC, AllOnes);
        _rctl &= ~RCTL_EN;
        Registers.Write32(RCTL, _rctl);
        uint tail = Registers.Read32(TDT);
        WaitUntil(TDH, AllOnes, tail, s_drainTimeout);
        Registers.Write32(TCTL, TCTL_PSP);
        uint head = Registers.Read32(TDH);
        _ = Registers.Read32(ICR);

        // The throttle may still hold an interrupt back, for 128 µs: it comes while its vector is there. QEMU's 82574 aborts otherwise.
        Thread.Sleep(s_throttleTime);
        return head;
    }

    private ulong AddressWord
    {
        get
        {
            Span<byte> bytes = stackalloc byte[sizeof(ulong)];
            bytes.Clear();
            _ = MacAddress.TryWriteBytes(bytes);
            return BitConverter.ToUInt64(bytes);
        }
    }

    /// <summary>82574 datasheet §4.6, 8254x SDM §14.2: the PHY negotiates by itself once it has power and the MAC listens.</summary>
    private void SetLinkUp(bool vlan)
    {
        uint control = Registers.Read32(CTRL);
        control &= ~(CTRL_FRCSPD | CTRL_FRCDPLX | CTRL_RFCE | CTRL_TFCE | CTRL_VME | CTRL_GIO_MASTER_DISABLE);
        Registers.Write32(CTRL, control | CTRL_SLU | CTRL_ASDE | (vlan ? CTRL_VME : 0));

        // Kernel drivers leave it without power, and our reset does not reach it. Without an answer the link stays down, and is seen so.
        bool hasPhy = Chip.Is82574 && E1000Phy.TryTake(Registers);
        if (E1000Phy.TryRead(Registers, PHY_CONTROL, out ushort phy) && (phy & PHY_CONTROL_POWER_DOWN) != 0)
        {
            phy &= unchecked((ushort)~PHY_CONTROL_POWER_DOWN);
            E1000Phy.TryWrite(Registers, PHY_CONTROL, (ushort)(phy | PHY_CONTROL_AUTONEG_ENABLE | PHY_CONTROL_RESTART_AUTONEG));
        }

        if (hasPhy)
        {
            E1000Phy.Release(Registers);
        }
    }

    private void InitializeReceive(in E1000Settings settings)
    {
        MmioRegion registers = Registers;
        if (Chip.Is82574)
        {
            registers.Write32(RFCTL, registers.Read32(RFCTL) | RFCTL_ACK_DIS | RFCTL_EXTEN);
        }

        registers.Write32(RXCSUM, settings.RxChecksum ? RXCSUM_IPOFLD | RXCSUM_TUOFLD : 0);
        registers.Write32(RDBAL, (uint)settings.RxRing);
        registers.Write32(RDBAH, (uint)(settings.RxRing >> 32));
        registers.Write32(RDLEN, (uint)(settings.RxRingSize * E1000Descriptor.Size));
        registers.Write32(RDH, 0);
        registers.Write32(RDT, 0);

        // An interrupt for every packet while they are armed: that is once a sleep.
        registers.Write32(RDTR, 0);
        registers.Write32(RADV, 0);
        registers.Write32(ITR, 0);
        _rctl = RCTL_BAM | RCTL_SECRC | EncodeBufferSize(settings.RxBufferSize) | (settings.LongFrames ? RCTL_LPE : 0);
    }

    private void InitializeTransmit(in E1000Settings settings)
    {
        MmioRegion registers = Registers;
        registers.Write32(TDBAL, (uint)settings.TxRing);
        registers.Write32(TDBAH, (uint)(settings.TxRing >> 32));
        registers.Write32(TDLEN, (uint)(settings.TxRingSize * E1000Descriptor.Size));
        registers.Write32(TDH, 0);
        registers.Write32(TDT, 0);
        registers.Write32(TIDV, 0);
        registers.Write32(TIPG, TIPG_COPPER);
        registers.Write32(TXDCTL, TXDCTL_WTHRESH_ONE | TXDCTL_GRAN | (Chip.Is82574 ? TXDCTL_COUNT_DESC : 0));
        registers.Write32(TCTL, TCTL_EN | TCTL_PSP | TCTL_CT | TCTL_COLD);
    }

    /// <summary>RCTL.BSIZE and BSEX: 256 to 2048 count down from 3 to 0, 4096 to 16384 with BSEX from 3 to 1.</summary>
    private static uint EncodeBufferSize(int size) => size <= 2048
        ? (uint)(11 - int.Log2(size)) << RCTL_BSIZE_SHIFT
        : ((uint)(15 - int.Log2(size)) << RCTL_BSIZE_SHIFT) | RCTL_BSEX;

    private MacAddress ReadAddress()
    {
        uint low = Registers.Read32(RAL), high = Registers.Read32(RAH);
        Span<byte> bytes = stackalloc byte[sizeof(ulong)];
        BitConverter.TryWriteBytes(bytes, low | ((ulong)high << 32));
        var address = new MacAddress(bytes[..MacAddress.Size]);
        return address.IsZero || address.IsMulticast
            ? throw Failure("read address", $"{address} is no station address: the EEPROM is empty or broken")
            : address;
    }

    private bool WaitUntil(int register, uint mask, uint value, TimeSpan timeout)
    {
        long start = Stopwatch.GetTimestamp();
        while ((Registers.Read32(register) & mask) != value)
        {
            if (Stopwatch.GetElapsedTime(start) > timeout)
            {
                return false;
            }

            Thread.Yield();
        }

        return true;
    }

    private PollIOException Failure(string operation, string reason) => new(operation, _name, $"{Chip.Name}: {reason}");
}
