using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Diagnostics;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Vfio;

/// <summary>
/// An IOMMU group in this process's hands. The kernel lets a group be opened once, so the devices of one share this object: it is
/// opened with the first and closed with the last.
/// </summary>
internal sealed class VfioGroup
{
    private static readonly Lock s_lock = new();
    private static readonly Dictionary<int, VfioGroup> s_open = [];

    private readonly SysfsTree _tree;
    private VfioContainer? _container;
    private int _users;

    private VfioGroup(SysfsTree tree, int number, SafeFileHandle file, bool isNoIommu)
    {
        _tree = tree;
        Number = number;
        File = file;
        IsNoIommu = isNoIommu;
    }

    /// <summary>The group's number.</summary>
    internal int Number { get; }

    /// <summary>The group's descriptor.</summary>
    internal SafeFileHandle File { get; }

    /// <summary>Whether VFIO made the group up for a device without an IOMMU.</summary>
    internal bool IsNoIommu { get; }

    /// <summary>The container the group is in.</summary>
    internal VfioContainer Container => _container!;

    /// <summary>Opens a group, or shares it; <see cref="Release"/> undoes it.</summary>
    /// <param name="tree">Where its node is.</param>
    /// <param name="iommuGroup">The group.</param>
    /// <param name="device">The name of the device it is opened for, for errors.</param>
    /// <exception cref="PollIOException">It cannot be had; the message says why and what mends it.</exception>
    internal static VfioGroup Acquire(SysfsTree tree, IommuGroup iommuGroup, string device)
    {
        lock (s_lock)
        {
            if (!s_open.TryGetValue(iommuGroup.Number, out VfioGroup? group))
            {
                group = Open(tree, iommuGroup, device);
                s_open.Add(iommuGroup.Number, group);
            }

            group._users++;
            return group;
        }
    }

    /// <summary>Opens a device of the group.</summary>
    /// <exception cref="PollIOException">The kernel does not hand it out.</exception>
    internal SafeFileHandle OpenDevice(PciAddress address, string device)
    {
        int result = NativeVfioContainer.OpenDevice(File, address.ToString());
        return result < 0 ? throw VfioErrors.OpenDevice(device, Number, -result) : new SafeFileHandle(result, ownsHandle: true);
    }

    /// <summary>Ends one use. The last one closes the group; its devices are closed.</summary>
    internal void Release()
    {
        lock (s_lock)
        {
            if (--_users == 0)
            {
                s_open.Remove(Number);
                Container.Leave(File);
            }
        }
    }

    /// <summary>The error that names who keeps the group from being handed out, or null when nobody does.</summary>
    internal PollIOException? Blocked(string device, int errno) =>
        IommuGroup.Read(_tree, Number) is { IsViable: false } now ? now.NotViable(device, VfioErrors.Operation, errno) : null;

    private static VfioGroup Open(SysfsTree tree, IommuGroup iommuGroup, string device)
    {
        bool isNoIommu = iommuGroup.IsNoIommu(tree);
        if (isNoIommu)
        {
            PmdEventSource.Log.DeviceUnrestrained(device, VfioErrors.NoIommuWarning);
        }

        string node = tree.PathOf(iommuGroup.NodeIn(tree));
        int opened = NativeVfioContainer.OpenGroup(node);
        if (opened < 0)
        {
            throw VfioErrors.Group(device, node, -opened);
        }

        var group = new VfioGroup(tree, iommuGroup.Number, new SafeFileHandle(opened, ownsHandle: true), isNoIommu);
        try
        {
            int status = NativeVfioContainer.GroupStatus(group.File);
            if (status < 0)
            {
                throw VfioErrors.Group(device, node, -status);
            }

            if ((status & NativeVfioContainer.GroupViable) == 0)
            {
                throw IommuGroup.Read(tree, group.Number).NotViable(device, VfioErrors.Operation);
            }

            group._container = VfioContainer.Join(tree, group, device);
            return group;
        }
        catch
        {
            group.File.Dispose();
            throw;
        }
    }
}
