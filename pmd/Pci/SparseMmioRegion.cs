using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Pci;

/// <summary>
/// A BAR that may be mapped in parts only, or not at all: the rest is reached by a system call an access. The pages of an MSI-X table
/// are never mapped.
/// </summary>
internal sealed class SparseMmioRegion : MmioRegion, IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly ulong _offset;
    private readonly Window[] _windows;

    /// <summary>Takes over the windows.</summary>
    /// <param name="file">The device's descriptor; the caller keeps it open.</param>
    /// <param name="offset">Where the BAR begins in it.</param>
    /// <param name="length">Bytes in the BAR.</param>
    /// <param name="windows">The mapped parts, by their start in the BAR.</param>
    internal SparseMmioRegion(SafeFileHandle file, ulong offset, int length, IEnumerable<(int Start, MappedMmioRegion Region)> windows)
    {
        _file = file;
        _offset = offset;
        Length = length;
        _windows = [.. windows.Select(window => new Window(window.Start, window.Region.Length, window.Region))];
    }

    /// <inheritdoc/>
    internal override int Length { get; }

    internal override byte Read8(int offset) => Find(offset, 1) is { } window ? window.Region.Read8(offset - window.Start) : (byte)Read(offset, 1);

    internal override ushort Read16(int offset) => Find(offset, 2) is { } window ? window.Region.Read16(offset - window.Start) : (ushort)Read(offset, 2);

    internal override uint Read32(int offset) => Find(offset, 4) is { } window ? window.Region.Read32(offset - window.Start) : Read(offset, 4);

    internal override void Write8(int offset, byte value)
    {
        if (Find(offset, 1) is { } window)
        {
            window.Region.Write8(offset - window.Start, value);
        }
        else
        {
            Write(offset, 1, value);
        }
    }

    internal override void Write16(int offset, ushort value)
    {
        if (Find(offset, 2) is { } window)
        {
            window.Region.Write16(offset - window.Start, value);
        }
        else
        {
            Write(offset, 2, value);
        }
    }

    internal override void Write32(int offset, uint value)
    {
        if (Find(offset, 4) is { } window)
        {
            window.Region.Write32(offset - window.Start, value);
        }
        else
        {
            Write(offset, 4, value);
        }
    }

    /// <summary>Unmaps the windows.</summary>
    public void Dispose() => Array.ForEach(_windows, window => window.Region.Dispose());

    private Window? Find(int offset, int width)
    {
        foreach (Window window in _windows)
        {
            if (offset >= window.Start && (long)offset + width <= (long)window.Start + window.Length)
            {
                return window;
            }
        }

        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Length - width);
        return null;
    }

    // A device that is gone reads as all ones here too.
    private uint Read(int offset, int size) =>
        NativeVfioDevice.Read(_file, _offset + (uint)offset, (uint)size, out uint value) == 0 ? value : uint.MaxValue;

    private void Write(int offset, int size, uint value) => _ = NativeVfioDevice.Write(_file, _offset + (uint)offset, (uint)size, value);

    private sealed record Window(int Start, int Length, MappedMmioRegion Region);
}
