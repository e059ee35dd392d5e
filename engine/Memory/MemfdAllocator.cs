using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>
/// Ordinary pages from one sealed memfd a NUMA node: what software ports need, without root, hugepages or a C toolchain.
/// </summary>
public sealed class MemfdAllocator : IDmaAllocator
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, MemfdArena> _arenas = [];

    /// <inheritdoc/>
    public string Name => $"{Environment.SystemPageSize / 1024} KiB pages";

    /// <inheritdoc/>
    public DmaRegion Allocate(in DmaRequest request)
    {
        if (request.Length > MemfdArena.WindowLength)
        {
            throw new PollIOException(
                "map memory", "DMA memory", $"{request.Length >> 10} KiB do not fit into the window of {MemfdArena.WindowLength >> 30} GiB");
        }

        nuint page = (nuint)Environment.SystemPageSize;
        nuint length = (request.Length + page - 1) & ~(page - 1);
        MemfdArena arena;
        lock (_lock)
        {
            if (!_arenas.TryGetValue(request.NumaNode, out arena!))
            {
                ThrowUnlessNodeExists(request.NumaNode);
                arena = new MemfdArena(request.NumaNode);
                _arenas.Add(request.NumaNode, arena);
            }
        }

        long offset = arena.Map(length);
        nint address = arena.AddressOf(offset);
        return new DmaRegion(this, in request)
        {
            Address = address,
            Length = length,
            FileDescriptor = arena.FileDescriptor,
            FileOffset = offset,
            PageSize = page,
            NumaNode = request.NumaNode,
            IsLocked = request.Lock && LockOrUnmap(arena, address, offset, length),
        };
    }

    /// <inheritdoc/>
    public void Free(DmaRegion region)
    {
        MemfdArena arena;
        lock (_lock)
        {
            arena = _arenas[region.Requested.NumaNode];
        }

        arena.Unmap(region.FileOffset, region.Length);
    }

    /// <summary>Asks before a window and a file are spent on the node.</summary>
    private static unsafe void ThrowUnlessNodeExists(int node)
    {
        if (node == -1)
        {
            return;
        }

        nuint length = (nuint)Environment.SystemPageSize;
        void* probe = Libc.MemoryMap(null, length, Libc.PROT_READ, Libc.MAP_PRIVATE | Libc.MAP_ANONYMOUS, -1, 0);
        if ((nint)probe == -1)
        {
            throw new PollIOException("bind memory", $"NUMA node {node}", "no memory is left to try it", Marshal.GetLastPInvokeError());
        }

        int errno = Libc.BindToNode(probe, length, node) == 0 ? 0 : Marshal.GetLastPInvokeError();
        _ = Libc.MemoryUnmap(probe, length);
        if (errno != 0)
        {
            throw new PollIOException(
                "bind memory", $"NUMA node {node}", "the kernel refused the node", errno, "ls /sys/devices/system/node shows the nodes there are");
        }
    }

    private static unsafe bool LockOrUnmap(MemfdArena arena, nint address, long offset, nuint length)
    {
        // SAFETY: the range was mapped just now and belongs to the caller alone.
        if (Libc.MemoryLock((void*)address, length) == 0)
        {
            return true;
        }

        int errno = Marshal.GetLastPInvokeError();
        arena.Unmap(offset, length);
        throw new PollIOException(
            "lock memory", "DMA memory", $"the kernel refused to lock {length >> 10} KiB", errno, "raise the limit: ulimit -l unlimited, or LimitMEMLOCK= in the service");
    }
}
