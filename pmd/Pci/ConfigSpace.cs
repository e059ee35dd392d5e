using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Pci;

/// <summary>A function's configuration space, in a VFIO device's descriptor or a sysfs file.</summary>
/// <remarks>What cannot be read reads as all ones, and what cannot be written is lost: so answers a bus whose device is gone.</remarks>
internal sealed class ConfigSpace
{
    // PCI 3.0 6.7: capabilities are 4 bytes apart at least, so a longer chain than this is a loop.
    private const int MaxCapabilities = (PciSpec.ConfigBytes - PciSpec.HeaderBytes) / 4;

    private readonly Lock _commandLock = new();
    private readonly SafeFileHandle _file;
    private readonly ulong _offset;
    private readonly int _length;

    /// <summary>Reads and writes <paramref name="file"/> from <paramref name="offset"/> on; the caller keeps it open.</summary>
    internal ConfigSpace(SafeFileHandle file, ulong offset, int length)
    {
        _file = file;
        _offset = offset;
        _length = length;
    }

    /// <summary>Vendor and device.</summary>
    internal PciId Id => new((ushort)Read(PciSpec.Vendor, 2), (ushort)Read(PciSpec.DeviceId, 2));

    /// <summary>Reads 1, 2 or 4 bytes.</summary>
    internal uint Read(int offset, int size)
    {
        Check(offset, size);
        return NativeVfioDevice.Read(_file, _offset + (uint)offset, (uint)size, out uint value) == 0 ? value : uint.MaxValue >> (32 - (8 * size));
    }

    /// <summary>Writes 1, 2 or 4 bytes.</summary>
    internal void Write(int offset, uint value, int size)
    {
        Check(offset, size);
        _ = NativeVfioDevice.Write(_file, _offset + (uint)offset, (uint)size, value);
    }

    /// <summary>Sets and clears bits of the command register; from any thread.</summary>
    internal void ChangeCommand(uint set, uint clear)
    {
        lock (_commandLock)
        {
            uint command = Read(PciSpec.Command, 2);
            Write(PciSpec.Command, (command & ~clear) | set, 2);
        }
    }

    /// <summary>Where a capability stands, or 0. The chain is the device's: it may lead anywhere and must end nevertheless.</summary>
    internal int FindCapability(byte id)
    {
        if ((Read(PciSpec.Status, 2) & PciSpec.StatusCapabilities) == 0)
        {
            return 0;
        }

        int at = (int)Read(PciSpec.CapabilitiesPointer, 1) & ~3;
        for (int i = 0; i < MaxCapabilities && at >= PciSpec.HeaderBytes; i++)
        {
            uint header = Read(at, 2);
            if ((byte)header == id)
            {
                return at;
            }

            at = (int)(header >> 8) & ~3;
        }

        return 0;
    }

    /// <summary>Whether a BAR is there as memory, and not as I/O ports.</summary>
    internal bool IsMemoryBar(int index) => (Read(PciSpec.BaseAddress0 + (4 * index), 4) & PciSpec.BaseAddressIsIo) == 0;

    /// <summary>The part of a BAR that holds the MSI-X table; empty when it is in another or there is none.</summary>
    internal BarArea FindMsiXTable(int barIndex)
    {
        int at = FindCapability(PciSpec.CapabilityMsiX);
        if (at == 0 || at + PciSpec.MsiXTable + 4 > PciSpec.ConfigBytes)
        {
            return default;
        }

        uint table = Read(at + PciSpec.MsiXTable, 4);
        ulong entries = (Read(at + PciSpec.MsiXControl, 2) & 0x7ff) + 1;
        return (table & 7) == barIndex ? new BarArea(table & ~7u, entries * PciSpec.MsiXEntryBytes) : default;
    }

    private void Check(int offset, int size)
    {
        if (size is not (1 or 2 or 4))
        {
            throw new ArgumentOutOfRangeException(nameof(size), size, "configuration space is read and written in 1, 2 or 4 bytes");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, _length - size);
    }
}
