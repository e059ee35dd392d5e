using System.Buffers.Binary;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.VirtioPci;

/// <summary>A PCI function of configuration space and one BAR of 4 KiB, for what a device may say of itself.</summary>
internal sealed class FakeVirtioFunction : PciDevice
{
    private const int CapabilitiesPointer = 0x34;
    private const int BarLength = 0x1000;

    private readonly byte[] _config = new byte[PciSpec.ConfigBytes];
    private int _last = CapabilitiesPointer;

    internal FakeVirtioFunction() => _config[PciSpec.Status] = (byte)PciSpec.StatusCapabilities;

    internal override event Action<PciLoss>? Lost
    {
        add { }
        remove { }
    }

    internal override string Name => "fake";

    internal override PciId Id => new(0x1af4, 0x1041);

    internal override DmaMemory Memory => DmaMemory.Shared;

    internal override IovaMap Iova => IovaMap.Identity;

    internal override bool CanReset => false;

    /// <summary>Adds a capability to the chain (virtio 1.2 §4.1.4).</summary>
    internal void Add(int at, byte type, byte bar, uint offset, uint length, uint multiplier = 0)
    {
        new byte[] { 0x09, 0, 20, type, bar }.CopyTo(_config, at);
        Span<byte> capability = _config.AsSpan(at);
        BinaryPrimitives.WriteUInt32LittleEndian(capability[8..], offset);
        BinaryPrimitives.WriteUInt32LittleEndian(capability[12..], length);
        if (at + 20 <= _config.Length)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(capability[16..], multiplier);
        }

        Link(at);
    }

    /// <summary>Has the last capability point somewhere.</summary>
    internal void Link(int at)
    {
        _config[_last == CapabilitiesPointer ? _last : _last + 1] = (byte)at;
        _last = at;
    }

    internal override MmioRegion GetBar(int index) => new Registers();

    internal override uint ReadConfig(int offset, int size)
    {
        uint value = 0;
        for (int i = 0; i < size; i++)
        {
            value |= (uint)_config[offset + i] << (8 * i);
        }

        return value;
    }

    internal override void WriteConfig(int offset, uint value, int size)
    {
    }

    internal override void SetBusMaster(bool enabled)
    {
    }

    internal override void Reset()
    {
    }

    internal override int CountInterrupts(PciInterruptKind kind) => 0;

    internal override void EnableInterrupts(PciInterruptKind kind, ReadOnlySpan<int> eventDescriptors)
    {
    }

    internal override void DisableInterrupts()
    {
    }

    internal override void UnmaskIntX()
    {
    }

    public override void Dispose()
    {
    }

    private sealed class Registers : MmioRegion
    {
        internal override int Length => BarLength;

        internal override byte Read8(int offset) => 0;

        internal override ushort Read16(int offset) => 0;

        internal override uint Read32(int offset) => 0;

        internal override void Write8(int offset, byte value)
        {
        }

        internal override void Write16(int offset, ushort value)
        {
        }

        internal override void Write32(int offset, uint value)
        {
        }
    }
}
