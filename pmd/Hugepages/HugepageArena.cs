using Microsoft.Win32.SafeHandles;

namespace PollIO.Pmd.Hugepages;

/// <summary>
/// One file of hugepages and the address window it is mapped into: the difference between an address and its file offset is the same
/// for every region, so a peer can be given the whole file as one table entry.
/// </summary>
internal sealed class HugepageArena
{
    // What a pool holds today is no measure of what it will hold; a file of holes costs nothing.
    private const long UsualWindow = 32L << 30;

    private readonly Lock _lock = new();
    private readonly long _pageSize;
    private readonly int _numaNode;
    private readonly string _device;
    private readonly long _window;
    private readonly OffsetSpace _space;
    private long _fileLength;

    /// <summary>Creates the file and sets its window aside; no page is taken.</summary>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="numaNode">The node all pages come from, or -1 for the kernel's choice.</param>
    /// <param name="device">What error messages are about.</param>
    /// <param name="createFile">Makes the file (<see cref="HugepageFile"/>).</param>
    /// <exception cref="PollIOException">There are no pages of this size or no such node, or the address space is used up.</exception>
    internal HugepageArena(long pageSize, int numaNode, string device, Func<SafeFileHandle> createFile)
    {
        _pageSize = pageSize;
        _numaNode = numaNode;
        _device = device;
        HugepageInfo info = HugepageInfo.Read();
        RequireNode(info);
        File = createFile();
        long least = Math.Max(1, info.Find(pageSize)?.Total ?? 0) * pageSize;
        _window = DmaAddressSpace.ReserveWindow(Math.Max(UsualWindow, least), least, out long length);
        _space = new OffsetSpace(length);
    }

    /// <summary>The file behind every region of the arena.</summary>
    internal SafeFileHandle File { get; }

    /// <summary>Where an offset of the file is mapped.</summary>
    internal nint AddressOf(long offset) => (nint)(_window + offset);

    /// <summary>Maps <paramref name="length"/> bytes, whole pages, every one present.</summary>
    /// <returns>The offset in the file, and in the window.</returns>
    /// <exception cref="PollIOException">Pages ran out; the remedy is the command that reserves them. Nothing is kept.</exception>
    internal long Map(long length)
    {
        lock (_lock)
        {
            while (true)
            {
                long offset = _space.Take(length);
                if (offset < 0)
                {
                    throw new PollIOException(
                        HugepageFile.Operation, _device, $"{HugepageInfo.FormatSize(length)} do not fit into what is left of the arena's address window");
                }

                int errno = TryMap(offset, length);
                if (errno == 0)
                {
                    return offset;
                }

                // An address that something else in the process holds is not given back, so the next one is tried.
                if (errno != Errno.EEXIST)
                {
                    _space.Return(offset, length);
                    throw MappingFailure(errno, length);
                }
            }
        }
    }

    /// <summary>Unmaps a region and gives its pages back to the system.</summary>
    internal void Unmap(long offset, long length)
    {
        lock (_lock)
        {
            Discard(offset, length);
            _space.Return(offset, length);
        }
    }

    /// <summary>The node that holds every page of a region, or -1 when they are spread or the kernel does not say.</summary>
    internal int NodeOf(long offset, long length)
    {
        if (_numaNode >= 0)
        {
            return _numaNode;
        }

        int node = NativeMapping.PageNode((ulong)AddressOf(offset));
        for (long at = _pageSize; at < length && node >= 0; at += _pageSize)
        {
            if (NativeMapping.PageNode((ulong)AddressOf(offset + at)) != node)
            {
                return -1;
            }
        }

        return Math.Max(node, -1);
    }

    /// <returns>0 or a positive errno; after an error nothing is mapped and no page is held.</returns>
    private int TryMap(long offset, long length)
    {
        ulong address = (ulong)AddressOf(offset);
        if (offset + length > _fileLength)
        {
            int resized = NativeHugepages.Resize(File, (ulong)(offset + length));
            if (resized < 0)
            {
                return -resized;
            }

            _fileLength = offset + length;
        }

        int result = NativeMapping.MapShared(File, (ulong)offset, address, (ulong)length);
        if (result < 0)
        {
            return -result;
        }

        result = TakePages(offset, address, (ulong)length);
        if (result < 0)
        {
            Discard(offset, length);
        }

        return -result;
    }

    /// <summary>Every page is taken now: running out is an error here instead of a SIGBUS at the first packet.</summary>
    private int TakePages(long offset, ulong address, ulong length)
    {
        // fallocate follows the thread's policy and not the mapping's, so a node's pages are taken by populate alone.
        int result = _numaNode >= 0
            ? NativeMapping.BindNode(address, length, _numaNode)
            : NativeHugepages.Allocate(File, (ulong)offset, length);

        // A kernel without NUMA has the one node.
        bool isOnlyNode = _numaNode == 0 && result == -Errno.ENOSYS;
        return result < 0 && !isOnlyNode ? result : NativeMapping.Populate(address, length);
    }

    private void Discard(long offset, long length)
    {
        _ = NativeMapping.Unmap((ulong)AddressOf(offset), (ulong)length);
        _ = NativeHugepages.Release(File, (ulong)offset, (ulong)length);
    }

    private void RequireNode(HugepageInfo info)
    {
        int[] nodes = [.. info.NodePools.Select(pool => pool.NumaNode).Distinct()];
        if (_numaNode >= 0 && nodes.Length > 0 && !nodes.Contains(_numaNode))
        {
            throw new PollIOException(HugepageFile.Operation, _device, $"there is no NUMA node {_numaNode}: this machine has {string.Join(", ", nodes)}");
        }
    }

    private PollIOException MappingFailure(int errno, long length)
    {
        HugepageInfo info = HugepageInfo.Read();
        HugepagePool? pool = info.Find(_pageSize, _numaNode);
        if (errno is not (Errno.ENOSPC or Errno.ENOMEM or Errno.EFAULT))
        {
            return new PollIOException(HugepageFile.Operation, _device, "the kernel refused the mapping", errno);
        }

        long needed = length / _pageSize;
        long available = pool?.Available ?? 0;
        return available < needed
            ? new PollIOException(
                HugepageFile.Operation, _device, $"{needed} pages needed, {available} available", Errno.ENOMEM, info.ReserveCommand(_pageSize, length, _numaNode))
            : new PollIOException(
                HugepageFile.Operation, _device, $"{needed} pages needed and {available} available, but not to this process", Errno.ENOMEM, "raise its cgroup's hugetlb limit or widen its cpuset");
    }
}
