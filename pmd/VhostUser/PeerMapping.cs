using System.Runtime.InteropServices;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Virtio.Device;

namespace PollIO.Pmd.VhostUser;

/// <summary>One region of a peer's memory table, or its dirty log, mapped. The descriptor is closed once the mapping is there.</summary>
internal sealed unsafe class PeerMapping : IDisposable
{
    private const long TmpfsMagic = 0x01021994;
    private const long HugetlbfsMagic = 0x958458f6;
    private const int SeekEnd = 2;

    private readonly void* _mapping;
    private readonly nuint _length;
    private readonly GuardedRange? _guard;

    private PeerMapping(void* mapping, nuint length, PeerRegion region, GuardedRange? guard, bool isGuarded)
    {
        _mapping = mapping;
        _length = length;
        _guard = guard;
        Region = region;
        IsGuarded = isGuarded;
    }

    internal PeerRegion Region { get; }

    /// <summary>Whether the peer cannot harm us by shrinking the file: it is sealed, or the SIGBUS guard watches.</summary>
    internal bool IsGuarded { get; }

    /// <summary>Pages the peer took away under us.</summary>
    internal long Faults => _guard?.Faults ?? 0;

    /// <summary>Maps a region.</summary>
    /// <param name="guest">Its address in descriptors.</param>
    /// <param name="user">Its address for rings.</param>
    /// <param name="length">Its bytes.</param>
    /// <param name="offset">Where it begins in the file.</param>
    /// <param name="descriptor">The file; closed in any case.</param>
    /// <param name="what">What it is, for errors.</param>
    /// <exception cref="VhostUserException">It cannot be mapped, or is not what it says.</exception>
    internal static PeerMapping Create(
        ulong guest, ulong user, ulong length, ulong offset, int descriptor, string what = "a memory region")
    {
        if (descriptor < 0)
        {
            throw new VhostUserException($"{what} came without its descriptor");
        }

        try
        {
            return Map(guest, user, length, offset, descriptor, what);
        }
        finally
        {
            _ = LibcSocket.Close(descriptor);
        }
    }

    public void Dispose()
    {
        _guard?.Dispose();
        _ = LibcSocket.MemoryUnmap(_mapping, _length);
    }

    private static PeerMapping Map(ulong guest, ulong user, ulong length, ulong offset, int descriptor, string what)
    {
        nuint pageSize = PageSizeOf(descriptor, what);
        long fileLength = LibcUnix.Seek(descriptor, 0, SeekEnd);
        if (length == 0 || guest + length < guest || user + length < user || fileLength < 0
            || offset > (ulong)fileLength || length > (ulong)fileLength - offset)
        {
            throw new VhostUserException($"{what} of 0x{length:x} bytes at 0x{offset:x} of a file of 0x{fileLength:x} bytes");
        }

        // From the file's start: an offset need not be a multiple of a hugepage.
        nuint mapped = ((nuint)(offset + length) + pageSize - 1) & ~(pageSize - 1);
        void* mapping = LibcSocket.MemoryMap(null, mapped, LibcSocket.PROT_READ | LibcSocket.PROT_WRITE, LibcSocket.MAP_SHARED, descriptor, 0);
        if ((nint)mapping == -1)
        {
            throw new VhostUserException($"{what} of 0x{length:x} bytes cannot be mapped: errno {Marshal.GetLastPInvokeError()}");
        }

        var region = new PeerRegion(guest, user, length, (nint)mapping + (nint)offset);
        bool isSealed = (LibcUnix.FileControl(descriptor, LibcUnix.F_GET_SEALS, 0) & LibcUnix.F_SEAL_SHRINK) != 0
            && LibcUnix.FileControl(descriptor, LibcUnix.F_GET_SEALS, 0) >= 0;
        try
        {
            // A sealed file may still lose pages to a hole, but a hole reads as zeroes.
            GuardedRange? guard = !isSealed && SigbusGuard.IsAvailable ? SigbusGuard.Guard((nint)mapping, mapped, pageSize) : null;
            return new PeerMapping(mapping, mapped, region, guard, isSealed || guard is not null);
        }
        catch
        {
            _ = LibcSocket.MemoryUnmap(mapping, mapped);
            throw;
        }
    }

    /// <summary>
    /// The page size of the file behind a descriptor. Memory only: pages of other file systems may come from a server in user space,
    /// which could keep a polling core waiting for ever.
    /// </summary>
    private static nuint PageSizeOf(int descriptor, string what)
    {
        // struct statfs: type and block size are its first words.
        long* statistics = stackalloc long[16];
        if (LibcUnix.FileSystem(descriptor, statistics) != 0 || statistics[0] is not (TmpfsMagic or HugetlbfsMagic))
        {
            throw new VhostUserException($"{what} is neither a memfd nor a file on tmpfs or hugetlbfs");
        }

        return statistics[0] == HugetlbfsMagic ? (nuint)statistics[1] : (nuint)Environment.SystemPageSize;
    }
}
