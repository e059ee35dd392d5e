using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Hugepages;

/// <summary>
/// This process's hugepages that have names, for devices without an IOMMU: such a device goes on writing for a moment when its process
/// dies, and until another process has made it quiet its pages must be nobody else's.
/// </summary>
/// <remarks>The files go when the process ends and has closed its devices; what a crash leaves is <see cref="Uio.StaleHugepages"/>'s.</remarks>
internal sealed class NamedHugepages
{
    private readonly Lock _lock = new();
    private readonly Dictionary<long, HugetlbfsFolder> _folders = [];
    private readonly HashSet<PciAddress> _devices = [];
    private SysfsTree _tree = SysfsTree.Machine;

    private NamedHugepages() => AppDomain.CurrentDomain.ProcessExit += (_, _) => RemoveAtExit();

    /// <summary>The process's.</summary>
    internal static NamedHugepages Shared { get; } = new();

    /// <summary>Whether the process has a device that needs them.</summary>
    internal bool AreNeeded
    {
        get
        {
            lock (_lock)
            {
                return _devices.Count > 0;
            }
        }
    }

    /// <summary>Finds a mounted hugetlbfs that this process may make files in.</summary>
    /// <param name="tree">The machine.</param>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="operation">What is attempted, for the message.</param>
    /// <param name="device">For whom, for the message.</param>
    /// <returns>The mount point's path in the tree.</returns>
    /// <exception cref="PollIOException">There is none; the remedy is the command that mounts it.</exception>
    internal static string RequireMount(SysfsTree tree, long pageSize, string operation, string device)
    {
        string[] mounts = [.. HugepageInfo.Read(tree.PathOf("/")).Mounts.Where(mount => mount.PageSize == pageSize).Select(mount => mount.Path)];
        string size = HugepageInfo.FormatSize(pageSize);
        if (mounts.Length == 0)
        {
            throw new PollIOException(
                operation, device, $"no hugetlbfs of {size} pages is mounted, and without an IOMMU packets must lie in its files", Errno.ENOENT, $"sudo ./hugepages.sh --pagesize {size} --mount");
        }

        return tree.PathOf(Array.Find(mounts, tree.MayOpen)
            ?? throw new PollIOException(
                operation, device, $"this process may not make files in {string.Join(" or ", mounts)}, and without an IOMMU packets must lie in files there", Errno.EACCES, $"run it as root; a container needs the host's hugetlbfs, writable: docker run -v {mounts[0]}:{mounts[0]}"));
    }

    /// <summary>From here on hugepages get names, and on record is that a device may write to them.</summary>
    /// <exception cref="PollIOException">The record cannot be written.</exception>
    internal void Hold(SysfsTree tree, PciAddress device)
    {
        lock (_lock)
        {
            _tree = tree;
            foreach (HugetlbfsFolder folder in _folders.Values.Where(folder => folder.Exists))
            {
                Record(folder, device);
            }

            _ = _devices.Add(device);
        }
    }

    /// <summary>A device is quiet, and closed.</summary>
    internal void Release(PciAddress device)
    {
        lock (_lock)
        {
            if (!_devices.Remove(device))
            {
                return;
            }

            foreach (HugetlbfsFolder folder in _folders.Values)
            {
                try
                {
                    folder.Forget(device.ToString());
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // It stays on record: its files are kept for longer than they need be.
                }
            }
        }
    }

    /// <summary>Makes a file for hugepages that stays when the process crashes.</summary>
    /// <param name="pageSize">Bytes in a page.</param>
    /// <param name="device">What error messages are about.</param>
    /// <exception cref="PollIOException">There is no hugetlbfs for it, or it refused.</exception>
    internal SafeFileHandle CreateFile(long pageSize, string device)
    {
        lock (_lock)
        {
            return FolderFor(pageSize, device).CreateFile(pageSize, device);
        }
    }

    // A hugetlbfs may be unmounted under the process; then a new one takes a new folder.
    private HugetlbfsFolder FolderFor(long pageSize, string device)
    {
        if (_folders.TryGetValue(pageSize, out HugetlbfsFolder? folder) && folder.Exists)
        {
            return folder;
        }

        folder?.Dispose();
        string mount = RequireMount(_tree, pageSize, HugepageFile.Operation, device);
        try
        {
            folder = HugetlbfsFolder.Create(mount);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PollIOException(HugepageFile.Operation, device, $"no folder can be made in {mount}", innerException: e);
        }

        _folders[pageSize] = folder;
        foreach (PciAddress held in _devices)
        {
            Record(folder, held);
        }

        return folder;
    }

    private static void Record(HugetlbfsFolder folder, PciAddress device)
    {
        try
        {
            folder.Record(device.ToString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new PollIOException(HugepageFile.Operation, device.ToString(), $"it cannot be recorded in {folder.Path}", innerException: e);
        }
    }

    private void RemoveAtExit()
    {
        lock (_lock)
        {
            // A device that was not closed may write on: what it writes to stays, as after a crash.
            if (_devices.Count > 0)
            {
                return;
            }

            foreach (HugetlbfsFolder folder in _folders.Values)
            {
                try
                {
                    folder.Remove();
                }
                catch (Exception e) when (e is IOException or UnauthorizedAccessException)
                {
                    // The next start of a device removes it.
                }
            }
        }
    }
}
