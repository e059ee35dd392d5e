namespace PollIO.Pmd.E1000;

/// <summary>
/// Every register this driver uses, with the datasheets' names. [G] is the 82574 datasheet (Intel 317694, rev. 3.4), [X] the
/// 8254x software developer's manual (Intel 317453); where no letter stands, both have it. RC clears on reading, W1C by writing ones.
/// Sections of [X] are those of its public copies. [G], and what of [X] could not be looked up, is cited by chapter; there the
/// names and offsets are those of Intel's drivers in Linux, FreeBSD and DPDK.
/// </summary>
internal static class E1000Registers
{
    // Device control and status: [G] §10.2, [X] §13.4.
    internal const int CTRL = 0x0000;     // RW   device control                 [G] §10.2   [X] §13.4.1
    internal const int STATUS = 0x0008;   // RO   device status                  [G] §10.2   [X] §13.4.2
    internal const int EECD = 0x0010;     // RW   EEPROM control                 [G] §10.2   [X] §13.4.3
    internal const int CTRL_EXT = 0x0018; // RW   extended device control        [G] §10.2   [X] §13.4.6
    internal const int MDIC = 0x0020;     // RW   access to the PHY's registers  [G] §10.2   [X] §13.4.7
    internal const int VET = 0x0038;      // RW   type of VLAN tags              [G] §10.2   [X] §13.4.11

    // Shared with the device's own firmware, 82574 only.
    internal const int EXTCNF_CTRL = 0x0F00; // RW  who has the PHY             [G] §10.2

    // PCIe, 82574 only.
    internal const int GCR = 0x5B00;      // RW   PCIe control                   [G] §10.2
    internal const int GCR2 = 0x5B64;     // RW   PCIe control 2                 [G] specification update

    // Interrupts: [G] §10.2, [X] §13.4.17-21.
    internal const int ICR = 0x00C0;      // RC, W1C  causes                     [G] §10.2   [X] §13.4.17
    internal const int ITR = 0x00C4;      // RW   throttling, 0 for none         [G] §10.2   [X] §13.4.18
    internal const int IMS = 0x00D0;      // RW   sets mask bits                 [G] §10.2   [X] §13.4.20
    internal const int IMC = 0x00D8;      // WO   clears mask bits               [G] §10.2   [X] §13.4.21
    internal const int EIAC = 0x00DC;     // RW   causes MSI-X clears by itself  [G] §10.2
    internal const int IVAR = 0x00E4;     // RW   causes to MSI-X vectors        [G] §10.2
    internal const int EITR0 = 0x00E8;    // RW   throttling a vector, 4 apart   [G] §10.2

    // Receive: [G] §10.2, [X] §13.4.22-32 and §13.5.
    internal const int RCTL = 0x0100;     // RW   receive control                [G] §10.2   [X] §13.4.22
    internal const int RDBAL = 0x2800;    // RW   ring address, low half         [G] §10.2   [X] §13.4.25
    internal const int RDBAH = 0x2804;    // RW   ring address, high half        [G] §10.2   [X] §13.4.26
    internal const int RDLEN = 0x2808;    // RW   ring length, bytes, 128 apart  [G] §10.2   [X] §13.4.27
    internal const int RDH = 0x2810;      // RW   the device's next descriptor   [G] §10.2   [X] §13.4.28
    internal const int RDT = 0x2818;      // RW   the first it may not use       [G] §10.2   [X] §13.4.29
    internal const int RDTR = 0x2820;     // RW   receive interrupt delay        [G] §10.2   [X] §13.4.30
    internal const int RADV = 0x282C;     // RW   absolute interrupt delay       [G] §10.2   [X] §13.4
    internal const int RXCSUM = 0x5000;   // RW   receive checksums              [G] §10.2   [X] §13.4
    internal const int RFCTL = 0x5008;    // RW   extended descriptors           [G] §10.2
    internal const int MTA = 0x5200;      // RW   multicast table, 128 words     [G] §10.2   [X] §13.5.1
    internal const int RAL = 0x5400;      // RW   station address, low           [G] §10.2   [X] §13.5.2
    internal const int RAH = 0x5404;      // RW   station address, high          [G] §10.2   [X] §13.5.3

    // Transmit: [G] §10.2, [X] §13.4.33-44.
    internal const int TCTL = 0x0400;     // RW   transmit control               [G] §10.2   [X] §13.4.33
    internal const int TIPG = 0x0410;     // RW   gaps between frames            [G] §10.2   [X] §13.4.34
    internal const int TDBAL = 0x3800;    // RW   ring address, low half         [G] §10.2   [X] §13.4.36
    internal const int TDBAH = 0x3804;    // RW   ring address, high half        [G] §10.2   [X] §13.4.37
    internal const int TDLEN = 0x3808;    // RW   ring length, bytes, 128 apart  [G] §10.2   [X] §13.4.38
    internal const int TDH = 0x3810;      // RW   the device's next descriptor   [G] §10.2   [X] §13.4.39
    internal const int TDT = 0x3818;      // RW   the first not handed over      [G] §10.2   [X] §13.4.40
    internal const int TIDV = 0x3820;     // RW   transmit interrupt delay       [G] §10.2   [X] §13.4.41
    internal const int TXDCTL = 0x3828;   // RW   descriptor thresholds          [G] §10.2   [X] §13.4.43
    internal const int TARC0 = 0x3840;    // RW   arbitration                    [G] §10.2

    // CTRL: [G] §10.2, [X] §13.4.1.
    internal const uint CTRL_GIO_MASTER_DISABLE = 1u << 2;
    internal const uint CTRL_ASDE = 1u << 5;
    internal const uint CTRL_SLU = 1u << 6;
    internal const uint CTRL_FRCSPD = 1u << 11;
    internal const uint CTRL_FRCDPLX = 1u << 12;
    internal const uint CTRL_RST = 1u << 26;
    internal const uint CTRL_RFCE = 1u << 27;
    internal const uint CTRL_TFCE = 1u << 28;
    internal const uint CTRL_VME = 1u << 30;

    // STATUS: [G] §10.2, [X] §13.4.2.
    internal const uint STATUS_FD = 1u << 0;
    internal const uint STATUS_LU = 1u << 1;
    internal const int STATUS_SPEED_SHIFT = 6;
    internal const uint STATUS_GIO_MASTER_ENABLE = 1u << 19;

    internal const uint EECD_AUTO_RD = 1u << 9;

    internal const uint EXTCNF_CTRL_MDIO_SW_OWNERSHIP = 1u << 5;

    internal const uint CTRL_EXT_PBA_CLR = 1u << 31;

    // MDIC: [G] §10.2, [X] §13.4.7.
    internal const int MDIC_REGADD_SHIFT = 16;
    internal const uint MDIC_PHYADD = 1u << 21;
    internal const uint MDIC_OP_WRITE = 1u << 26;
    internal const uint MDIC_OP_READ = 2u << 26;
    internal const uint MDIC_READY = 1u << 28;
    internal const uint MDIC_ERROR = 1u << 30;

    // The PHY's control register: IEEE 802.3 §22.2.4.1.
    internal const int PHY_CONTROL = 0;
    internal const ushort PHY_CONTROL_RESTART_AUTONEG = 1 << 9;
    internal const ushort PHY_CONTROL_POWER_DOWN = 1 << 11;
    internal const ushort PHY_CONTROL_AUTONEG_ENABLE = 1 << 12;

    // ICR, IMS, IMC: [G] §10.2, [X] §13.4.17. The last two exist with MSI-X only.
    internal const uint ICR_LSC = 1u << 2;
    internal const uint ICR_RXO = 1u << 6;
    internal const uint ICR_RXT0 = 1u << 7;
    internal const uint ICR_RXQ0 = 1u << 20;
    internal const uint ICR_OTHER = 1u << 24;

    // IVAR: [G] §10.2. Queue 0 to vector 0, everything else to vector 1; bit 3 of each nibble makes it valid.
    internal const uint IVAR_RXQ0_TO_0 = 0x8;
    internal const uint IVAR_OTHER_TO_1 = 0x9u << 16;

    // RCTL: [G] §10.2, [X] §13.4.22.
    internal const uint RCTL_EN = 1u << 1;
    internal const uint RCTL_UPE = 1u << 3;
    internal const uint RCTL_MPE = 1u << 4;
    internal const uint RCTL_LPE = 1u << 5;
    internal const uint RCTL_BAM = 1u << 15;
    internal const int RCTL_BSIZE_SHIFT = 16;
    internal const uint RCTL_BSEX = 1u << 25;
    internal const uint RCTL_SECRC = 1u << 26;

    internal const uint RXCSUM_IPOFLD = 1u << 8;
    internal const uint RXCSUM_TUOFLD = 1u << 9;

    internal const uint RFCTL_ACK_DIS = 1u << 12;
    internal const uint RFCTL_EXTEN = 1u << 15;

    internal const uint RAH_AV = 1u << 31;

    // TCTL: [G] §10.2, [X] §13.4.33; the collision values are those both recommend for full duplex.
    internal const uint TCTL_EN = 1u << 1;
    internal const uint TCTL_PSP = 1u << 3;
    internal const uint TCTL_CT = 0x0Fu << 4;
    internal const uint TCTL_COLD = 0x3Fu << 12;

    // TIPG: [G] §10.2, [X] §13.4.34: IPGT 8, IPGR1 8, IPGR2 6.
    internal const uint TIPG_COPPER = 8 | (8 << 10) | (6 << 20);

    // TXDCTL: [G] §10.2, [X] §13.4.43. Thresholds count descriptors, and one with RS is written back at once.
    internal const uint TXDCTL_WTHRESH_ONE = 1u << 16;
    internal const uint TXDCTL_COUNT_DESC = 1u << 22;
    internal const uint TXDCTL_GRAN = 1u << 24;

    // Reserved bits the 82574 wants otherwise than a reset leaves them, and its PCIe work-arounds: its specification update, and what
    // Linux's e1000e sets and clears for it.
    internal const uint CTRL_82574_CLEAR = 1u << 29;
    internal const uint CTRL_EXT_82574_CLEAR = 1u << 23;
    internal const uint CTRL_EXT_82574_SET = 1u << 22;
    internal const uint TARC0_82574_CLEAR = 0xFu << 27;
    internal const uint TARC0_82574_SET = 1u << 26;
    internal const uint GCR_82574_SET = 1u << 22 | 1u << 27;
    internal const uint GCR2_82574_SET = 1u << 0;

    /// <summary>What every register of a device that is gone reads.</summary>
    internal const uint AllOnes = uint.MaxValue;
}
