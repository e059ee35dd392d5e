namespace PollIO.Pmd.E1000;

/// <summary>Descriptor fields, as bits of <see cref="E1000Descriptor.Command"/> unless they say otherwise.</summary>
internal static class E1000DescriptorFields
{
    // RX status: [G] §7.1 (legacy and extended), [X] §3.2.3.1. As both formats are decoded to one 32-bit word.
    internal const uint RXD_STAT_DD = 1u << 0;
    internal const uint RXD_STAT_EOP = 1u << 1;
    internal const uint RXD_STAT_IXSM = 1u << 2;
    internal const uint RXD_STAT_VP = 1u << 3;
    internal const uint RXD_STAT_UDPCS = 1u << 4;
    internal const uint RXD_STAT_TCPCS = 1u << 5;
    internal const uint RXD_STAT_IPCS = 1u << 6;

    // RX errors: [G] §7.1, [X] §3.2.3.2; above bit 24 of the same word.
    internal const uint RXD_ERR_CE = 1u << 24;
    internal const uint RXD_ERR_SE = 1u << 25;
    internal const uint RXD_ERR_SEQ = 1u << 26;
    internal const uint RXD_ERR_CXE = 1u << 28;
    internal const uint RXD_ERR_TCPE = 1u << 29;
    internal const uint RXD_ERR_IPE = 1u << 30;
    internal const uint RXD_ERR_RXE = 1u << 31;
    internal const uint RXD_ERR_FRAME = RXD_ERR_CE | RXD_ERR_SE | RXD_ERR_SEQ | RXD_ERR_CXE | RXD_ERR_RXE;

    /// <summary>Where the VLAN tag stands in every format.</summary>
    internal const int VLAN_SHIFT = 48;

    // TX command: [G] §7.2 (legacy and data), [X] §3.3.3, §3.3.7.
    internal const ulong TXD_CMD_EOP = 1UL << 24;
    internal const ulong TXD_CMD_IFCS = 1UL << 25;
    internal const ulong TXD_CMD_RS = 1UL << 27;
    internal const ulong TXD_CMD_DEXT = 1UL << 29;
    internal const ulong TXD_CMD_VLE = 1UL << 30;
    internal const ulong TXD_DTYP_DATA = 1UL << 20;
    internal const ulong TXD_STAT_DD = 1UL << 32;
    internal const ulong TXD_POPTS_IXSM = 1UL << 40;
    internal const ulong TXD_POPTS_TXSM = 1UL << 41;

    // TX context: [G] §7.2, [X] §3.3.6. The first word holds where checksums start, go and end: IP's, then TCP's or UDP's.
    internal const int TXC_IPCSO_SHIFT = 8;
    internal const int TXC_IPCSE_SHIFT = 16;
    internal const int TXC_TUCSS_SHIFT = 32;
    internal const int TXC_TUCSO_SHIFT = 40;
    internal const ulong TXC_CMD_TCP = 1UL << 24;
    internal const ulong TXC_CMD_IP = 1UL << 25;
}
