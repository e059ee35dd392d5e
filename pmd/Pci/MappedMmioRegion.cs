using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Pci;

/// <summary>A BAR, or a window of one, mapped into the process: an access is one load or store of its width.</summary>
/// <remarks>
/// A page that stops decoding (SIGBUS) is replaced by all ones by the <see cref="SigbusGuard"/>, which also tells the device's owner, so
/// nothing here has to look. The page takes writes: a register that was written since reads as what was written, and a driver judges
/// "gone" by one it only reads. Unmapped, every access throws.
/// </remarks>
internal sealed unsafe class MappedMmioRegion : MmioRegion, IDisposable
{
    private readonly byte* _base;
    private readonly nuint _mapped;
    private readonly GuardedRange _guard;
    private int _length;

    private MappedMmioRegion(byte* address, nuint mapped, int length, GuardedRange guard)
    {
        _base = address;
        _mapped = mapped;
        _length = length;
        _guard = guard;
    }

    /// <inheritdoc/>
    internal override int Length => _length;

    /// <summary>Pages that were lost.</summary>
    internal long LostPages => _guard.Faults;

    /// <summary>Maps a part of a descriptor.</summary>
    /// <param name="file">The device's descriptor or its resource file.</param>
    /// <param name="offset">Where the part begins in it; a multiple of the system's page.</param>
    /// <param name="length">Bytes.</param>
    /// <param name="lossDescriptor">An eventfd that is told of lost pages; it stays open until this is disposed.</param>
    /// <param name="device">For errors.</param>
    /// <exception cref="PollIOException">The kernel refused.</exception>
    internal static MappedMmioRegion Map(SafeFileHandle file, ulong offset, int length, int lossDescriptor, string device)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        nuint mapped = ((nuint)length + page - 1) & ~(page - 1);
        int result = NativeVfioDevice.Map(file, offset, (ulong)length, out ulong address);
        if (result < 0)
        {
            throw new PollIOException("map BAR", device, "the kernel refused", -result);
        }

        try
        {
            return new MappedMmioRegion((byte*)address, mapped, length, SigbusGuard.GuardDevice((nint)address, mapped, lossDescriptor));
        }
        catch
        {
            _ = NativeMapping.Unmap(address, mapped);
            throw;
        }
    }

    // SAFETY of all six: At has checked that the bytes lie inside the mapping, which only Dispose ends.
    internal override byte Read8(int offset) => Volatile.Read(ref *At(offset, 1));

    internal override ushort Read16(int offset) => Volatile.Read(ref *(ushort*)At(offset, 2));

    internal override uint Read32(int offset) => Volatile.Read(ref *(uint*)At(offset, 4));

    internal override void Write8(int offset, byte value) => Volatile.Write(ref *At(offset, 1), value);

    internal override void Write16(int offset, ushort value) => Volatile.Write(ref *(ushort*)At(offset, 2), value);

    internal override void Write32(int offset, uint value) => Volatile.Write(ref *(uint*)At(offset, 4), value);

    /// <summary>Unmaps it. No thread is inside an access: the port has stopped its queues.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _length, 0) != 0)
        {
            _guard.Dispose();
            _ = NativeMapping.Unmap((ulong)_base, _mapped);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* At(int offset, int width)
    {
        if ((ulong)(uint)offset + (uint)width > (uint)_length)
        {
            ThrowOutside(offset);
        }

        return _base + offset;
    }

    [DoesNotReturn]
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void ThrowOutside(int offset)
    {
        ObjectDisposedException.ThrowIf(_length == 0, this);
        throw new ArgumentOutOfRangeException(nameof(offset), offset, $"the region has {_length} bytes");
    }
}
