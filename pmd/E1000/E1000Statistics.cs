using PollIO.Pmd.Pci;

namespace PollIO.Pmd.E1000;

/// <summary>
/// The statistics registers ([G] §10.2, [X] §13.7; the letters as in <see cref="E1000Registers"/>). Each clears when it is read,
/// so readings are summed here.
/// </summary>
internal sealed class E1000Statistics
{
    // Name for users, offset, whether the next register holds the high half (which is read last and clears both).
    private static readonly (string Name, int Offset, bool IsLong)[] s_registers =
    [
        ("rx_crc_errors", 0x4000, false),          // CRCERRS [G] §10.2   [X] §13.7.1
        ("rx_errors", 0x400C, false),              // RXERRC  [G] §10.2   [X] §13.7.4
        ("rx_missed", MPC, false),                 // MPC     [G] §10.2   [X] §13.7.5
        ("tx_collisions", 0x4028, false),          // COLC    [G] §10.2   [X] §13.7.10
        ("rx_length_errors", 0x4040, false),       // RLEC    [G] §10.2   [X] §13.7.15
        ("rx_pause_frames", 0x4048, false),        // XONRXC  [G] §10.2   [X] §13.7.16
        ("rx_good_packets", 0x4074, false),        // GPRC    [G] §10.2   [X] §13.7.27
        ("rx_broadcast_packets", 0x4078, false),   // BPRC    [G] §10.2   [X] §13.7.28
        ("rx_multicast_packets", 0x407C, false),   // MPRC    [G] §10.2   [X] §13.7.29
        ("tx_good_packets", 0x4080, false),        // GPTC    [G] §10.2   [X] §13.7.30
        ("rx_good_bytes", 0x4088, true),           // GORC    [G] §10.2   [X] §13.7.31
        ("tx_good_bytes", 0x4090, true),           // GOTC    [G] §10.2   [X] §13.7.32
        ("rx_no_buffers", 0x40A0, false),          // RNBC    [G] §10.2   [X] §13.7.33
        ("rx_undersize", 0x40A4, false),           // RUC     [G] §10.2   [X] §13.7.34
        ("rx_fragments", 0x40A8, false),           // RFC     [G] §10.2   [X] §13.7.35
        ("rx_oversize", 0x40AC, false),            // ROC     [G] §10.2   [X] §13.7.36
        ("rx_jabbers", 0x40B0, false),             // RJC     [G] §10.2   [X] §13.7.37
        ("tx_multicast_packets", 0x40F0, false),   // MPTC    [G] §10.2   [X] §13.7.51
        ("tx_broadcast_packets", 0x40F4, false),   // BPTC    [G] §10.2   [X] §13.7.52
    ];

    private const int MPC = 0x4010;

    private readonly long[] _sums = new long[s_registers.Length];
    private readonly long[] _kept = new long[s_registers.Length];

    /// <summary>Packets the device dropped for want of room, of the last <see cref="Read"/>.</summary>
    internal long NewlyMissed { get; private set; }

    /// <summary>Reads every register and adds it up. The caller holds the device's lock and has seen that the device is there.</summary>
    internal void Read(MmioRegion registers)
    {
        for (int i = 0; i < s_registers.Length; i++)
        {
            long value = Take(registers, i);
            _sums[i] += value;
            if (s_registers[i].Offset == MPC)
            {
                NewlyMissed = value;
            }
        }
    }

    /// <summary>Leaves out what was counted until now.</summary>
    internal void Forget(MmioRegion registers)
    {
        for (int i = 0; i < s_registers.Length; i++)
        {
            Take(registers, i);
        }
    }

    /// <summary>What a register has counted since it was read last.</summary>
    private long Take(MmioRegion registers, int index)
    {
        (_, int offset, bool isLong) = s_registers[index];
        long value = registers.Read32(offset);
        if (isLong)
        {
            return value | (long)registers.Read32(offset + sizeof(uint)) << 32;
        }

        if (value == 0)
        {
            return 0;
        }

        // QEMU's 82540EM keeps MPC, RNBC and some others as they are, so the same packets would be counted at every reading. What
        // does not fall when it is read twice was not cleared.
        long again = registers.Read32(offset);
        if (again < value)
        {
            _kept[index] = 0;
            return value + again;
        }

        long counted = again - _kept[index];
        _kept[index] = again;
        return counted < 0 ? again : counted;
    }

    /// <summary>The sums by name.</summary>
    internal IEnumerable<KeyValuePair<string, long>> List() =>
        s_registers.Select((register, i) => new KeyValuePair<string, long>(register.Name, _sums[i]));
}
