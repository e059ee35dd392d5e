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
    internal const long WindowLength = 32L << 30;

    // What another mapping in the window makes us skip at a time.
    private const long SkipLength = 2L << 20;

    private readonly Lock _lock = new();
    private readonly int _numaNode;
    private readonly long _window;
    private readonly OffsetSpace _space = new(WindowLength);

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
            for (long offset = _space.Take((long)length); offset >= 0; offset = _space.Take((long)length))
            {
                if (TryMap(offset, length))
                {
                    return offset;
                }

                // Somebody else's mapping lies there: its beginning is passed over for good, the rest is tried again.
                if ((long)length > SkipLength)
                {
                    _space.Return(offset + SkipLength, (long)length - SkipLength);
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
            _space.Return(offset, (long)length);
        }
    }

    /// <returns>False when something else is mapped there.</returns>
    /// <exception cref="PollIOException">The kernel refused; the range stays free.</exception>
    private bool TryMap(long offset, nuint length)
    {
        void* wanted = (void*)AddressOf(offset);
        void* got = Libc.MemoryMap(
            wanted, length, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED | Libc.MAP_FIXED_NOREPLACE, FileDescriptor, offset);
        if ((nint)got == -1)
        {
            int errno = Marshal.GetLastPInvokeError();
            return errno == Libc.EEXIST ? false : throw GiveBack(offset, length, errno);
        }

        if (_numaNode >= 0 && Libc.BindToNode(got, length, _numaNode) != 0)
        {
            int errno = Marshal.GetLastPInvokeError();
            _ = Libc.MemoryUnmap(got, length);
            throw GiveBack(offset, length, errno);
        }

        // Allocating now turns "out of memory" into an error here instead of a SIGBUS at the first packet.
        if (!TryAllocatePages(offset, (long)length))
        {
            int errno = Marshal.GetLastPInvokeError();
            _ = Libc.MemoryUnmap(got, length);
            throw GiveBack(offset, length, errno);
        }

        Prefault((byte*)got, length);
        return true;
    }

    /// <summary>Fills the range with pages and grows the file to hold it, or leaves both as they were.</summary>
    private bool TryAllocatePages(long offset, long length)
    {
        while (Libc.Allocate(FileDescriptor, 0, offset, length) != 0)
        {
            // A signal interrupts the allocation of large ranges; the kernel has undone it then.
            if (Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                return false;
            }
        }

        return true;
    }

    private PollIOException GiveBack(long offset, nuint length, int errno)
    {
        _space.Return(offset, (long)length);
        return Failure($"map {length >> 10} KiB", errno);
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

    private static PollIOException Failure(string operation, int errno) =>
        new(operation, "DMA memory", "the kernel refused", errno, errno == Libc.ENOMEM ? "free memory or ask for fewer packets" : null);
}
