using PollIO.Pmd.Pci;
using static PollIO.Pmd.E1000.E1000Registers;

namespace PollIO.Pmd.Tests.E1000;

/// <summary>
/// A NIC in this process that walks the real rings and misbehaves on request. It allocates nothing while frames pass: what is sent
/// is counted and, looped, received again.
/// </summary>
internal sealed unsafe class FakeE1000 : PciDevice
{
    private readonly FakeE1000Registers _registers;

    internal FakeE1000(DmaMemory memory, bool is82574)
    {
        Memory = memory;
        Is82574 = is82574;
        Id = new PciId(0x8086, is82574 ? (ushort)0x10D3 : (ushort)0x100E);
        _registers = new FakeE1000Registers(this);
    }

    internal override event Action<PciLoss>? Lost;

    internal override string Name => "fake";

    internal override PciId Id { get; }

    internal override DmaMemory Memory { get; }

    internal override IovaMap Iova => IovaMap.Identity;

    internal override bool CanReset => false;

    internal bool Is82574 { get; }

    /// <summary>Whether frames sent come in again.</summary>
    internal bool IsLooped { get; set; }

    /// <summary>Whether what is handed over stays where it is.</summary>
    internal bool IsStalled { get; set; }

    /// <summary>Statistics stay when they are read, as some do in QEMU's 82540EM.</summary>
    internal bool KeepsCounters { get; set; }

    /// <summary>Every register reads all ones.</summary>
    internal bool IsGone { get; set; }

    /// <summary>The length written to the next RX descriptor, whatever the frame's is.</summary>
    internal int? FalseLength { get; set; }

    /// <summary>Error bits of the next frame, as the legacy format has them.</summary>
    internal byte Errors { get; set; }

    /// <summary>More status bits of the next frame.</summary>
    internal byte Status { get; set; }

    /// <summary>Whether it has MSI-X; without, it has no interrupts at all.</summary>
    internal bool HasMsiX { get; init; }

    /// <summary>Whether the cable is out.</summary>
    internal bool IsLinkDown { get; set; }

    /// <summary>Where its vectors go.</summary>
    internal int[] Vectors { get; private set; } = [];

    internal bool IsDisposed { get; private set; }

    internal long FramesSent { get; private set; }

    /// <summary>Descriptors written back on the transmit side.</summary>
    internal long Reports { get; private set; }

    internal long Doorbells { get; set; }

    /// <summary>Times the PHY of an 82574 was touched, or the device reset, while the PHY was the firmware's.</summary>
    internal int PhyTrespasses { get; set; }

    private bool IsBusMaster { get; set; }

    internal override MmioRegion GetBar(int index) => _registers;

    internal override uint ReadConfig(int offset, int size) => 0;

    internal override void WriteConfig(int offset, uint value, int size)
    {
    }

    internal override void SetBusMaster(bool enabled) => IsBusMaster = enabled;

    internal override void Reset()
    {
    }

    internal override int CountInterrupts(PciInterruptKind kind) => HasMsiX && kind == PciInterruptKind.MsiX ? 5 : 0;

    internal override void EnableInterrupts(PciInterruptKind kind, ReadOnlySpan<int> eventDescriptors) =>
        Vectors = eventDescriptors.ToArray();

    internal override void DisableInterrupts()
    {
    }

    internal override void UnmaskIntX()
    {
    }

    internal void Lose(PciLoss reason) => Lost?.Invoke(reason);

    public override void Dispose() => (IsDisposed, IsBusMaster) = (true, false);

    /// <summary>Takes what stands between head and tail.</summary>
    internal void Transmit()
    {
        uint size = _registers[TDLEN] / 16;
        byte* ring = (byte*)(_registers[TDBAL] | ((ulong)_registers[TDBAH] << 32));
        while (IsBusMaster && !IsStalled && _registers[TDH] != _registers[TDT] && (_registers[TCTL] & TCTL_EN) != 0)
        {
            ulong* descriptor = (ulong*)(ring + (_registers[TDH] * 16));
            uint command = (uint)descriptor[1];
            bool isContext = (command >> 29 & 1) != 0 && (command >> 20 & 0xF) == 0;
            if (!isContext && (command >> 24 & 1) != 0)
            {
                FramesSent++;
                if (IsLooped)
                {
                    Receive(new ReadOnlySpan<byte>((void*)descriptor[0], (ushort)command));
                }
            }

            if ((command >> 27 & 1) != 0)
            {
                descriptor[1] |= 1UL << 32;
                Reports++;
            }

            _registers[TDH] = (_registers[TDH] + 1) % size;
        }
    }

    /// <summary>Puts a frame into one descriptor, or into several of the buffer size.</summary>
    /// <returns>False when there were too few.</returns>
    internal bool Receive(ReadOnlySpan<byte> frame, int bufferSize = 2048)
    {
        uint size = _registers[RDLEN] / 16;
        byte* ring = (byte*)(_registers[RDBAL] | ((ulong)_registers[RDBAH] << 32));
        while (!frame.IsEmpty)
        {
            uint head = _registers[RDH];
            if (!IsBusMaster || head == _registers[RDT] || (_registers[RCTL] & RCTL_EN) == 0)
            {
                return false;
            }

            ulong* descriptor = (ulong*)(ring + (head * 16));
            int length = Math.Min(frame.Length, bufferSize);
            frame[..length].CopyTo(new Span<byte>((void*)descriptor[0], length));
            frame = frame[length..];
            ulong reported = (ulong)(FalseLength ?? length);
            ulong status = Status | 1UL | (frame.IsEmpty ? 2UL : 0UL);
            Volatile.Write(ref descriptor[1], (_registers[RFCTL] & RFCTL_EXTEN) != 0
                ? status | ((ulong)Errors << 24) | (reported << 32) | (0x123UL << 48)
                : reported | (status << 32) | ((ulong)Errors << 40) | (0x123UL << 48));
            _registers[RDH] = (head + 1) % size;
        }

        FalseLength = null;
        (Errors, Status) = (0, 0);
        return true;
    }
}
