using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>
/// One memfd, sealed against shrinking, and the address window it is mapped into: the difference between an address and its
/// file offset is the same for every region, so a peer can be given the whole file as one table entry.
/// </summary>
internal sealed unsafe class MemfdArena
{
    // 32 GiB of addresses: fifteen windows fit below 2^39, and a file of holes costs nothing.
    private const long WindowLength = 32L << 30;

    // What another mapping in the window makes us skip at a time.
    private const long SkipLength = 2L << 20;

    private readonly Lock _lock = new();
    private readonly int _numaNode;
    private readonly long _window;
    private readonly List<(long Offset, long Length)> _free = [];
    private long _end;

    internal MemfdArena(int numaNode)
    {
        _numaNode = numaNode;
        _window = DmaAddressSpace.ReserveWindow(WindowLength);
        FileDescriptor = Libc.MemfdCreate("pollio-dma", Libc.MFD_CLOEXEC | Libc.MFD_ALLOW_SEALING);
        if (FileDescriptor < 0)
        {
            throw Failure("create memfd", Marshal.GetLastPInvokeError());
        }

        if (Libc.FileControl(FileDescriptor, Libc.F_ADD_SEALS, Libc.F_SEAL_SHRINK) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _ = Libc.Close(FileDescriptor);
            throw Failure("seal memfd against shrinking", errno);
        }
    }

    internal int FileDescriptor { get; }

    internal nint AddressOf(long offset) => (nint)(_window + offset);

    /// <summary>Maps <paramref name="length"/> bytes, whole pages, every one present.</summary>
    /// <returns>The offset in the file, and in the window.</returns>
    internal long Map(nuint length)
    {
        lock (_lock)
        {
            long offset = TakeFree((long)length);
            if (offset >= 0)
            {
                int errno = TryMap(offset, length);
                if (errno != 0)
                {
                    _free.Add((offset, (long)length));
                    throw Failure($"map {length >> 10} KiB", errno);
                }

                return offset;
            }

            for (offset = _end; offset + (long)length <= WindowLength; offset += SkipLength)
            {
                int errno = TryMap(offset, length);
                if (errno == 0)
                {
                    _end = offset + (long)length;
                    return offset;
                }

                if (errno != Libc.EEXIST)
                {
                    throw Failure($"map {length >> 10} KiB", errno);
                }
            }

            throw new PollIOException("map memory", "DMA memory", $"{length >> 10} KiB do not fit into the window of {WindowLength >> 30} GiB");
        }
    }

    internal void Unmap(long offset, nuint length)
    {
        lock (_lock)
        {
            // SAFETY: the range was mapped by Map and no domain or owner reaches it any more.
            _ = Libc.MemoryUnmap((void*)AddressOf(offset), length);
            _ = Libc.Allocate(FileDescriptor, Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE, offset, (long)length);
            ReturnFree(offset, (long)length);
        }
    }

    private int TryMap(long offset, nuint length)
    {
        if (offset + (long)length > _end && Libc.Truncate(FileDescriptor, offset + (long)length) != 0)
        {
            return Marshal.GetLastPInvokeError();
        }

        void* wanted = (void*)AddressOf(offset);
        void* got = Libc.MemoryMap(
            wanted, length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_FIXED_NOREPLACE, FileDescriptor, offset);
        if ((nint)got == -1)
        {
            return Marshal.GetLastPInvokeError();
        }

        if (_numaNode >= 0 && Libc.BindToNode(got, length, _numaNode) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _ = Libc.MemoryUnmap(got, length);
            throw new PollIOException("bind memory", $"NUMA node {_numaNode}", "the kernel refused the node", errno, "ls /sys/devices/system/node shows the nodes there are");
        }

        // Allocating now turns "out of memory" into an error here instead of a SIGBUS at the first packet.
        if (Libc.Allocate(FileDescriptor, 0, offset, (long)length) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _ = Libc.MemoryUnmap(got, length);
            return errno;
        }

        Prefault((byte*)got, length);
        return 0;
    }

    private static void Prefault(byte* address, nuint length)
    {
        nuint page = (nuint)Environment.SystemPageSize;
        for (nuint at = 0; at < length; at += page)
        {
            // SAFETY: inside the mapping made by the caller. The write puts the page into our page table, so that no burst faults.
            address[at] = 0;
        }
    }

    private long TakeFree(long length)
    {
        for (int i = 0; i < _free.Count; i++)
        {
            (long offset, long available) = _free[i];
            if (available < length)
            {
                continue;
            }

            if (available == length)
            {
                _free.RemoveAt(i);
            }
            else
            {
                _free[i] = (offset + length, available - length);
            }

            return offset;
        }

        return -1;
    }

    private void ReturnFree(long offset, long length)
    {
        for (int i = _free.Count - 1; i >= 0; i--)
        {
            (long otherOffset, long otherLength) = _free[i];
            if (otherOffset + otherLength == offset || offset + length == otherOffset)
            {
                offset = Math.Min(offset, otherOffset);
                length += otherLength;
                _free.RemoveAt(i);
            }
        }

        _free.Add((offset, length));
    }

    private static PollIOException Failure(string operation, int errno) =>
        new(operation, "DMA memory", "the kernel refused", errno, errno == Libc.ENOMEM ? "free memory or ask for fewer packets" : null);
}
