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

    private readonly VfioSysfs _sysfs;
    private readonly PciAddress _first;
    private VfioContainer? _container;
    private int _users;

    private VfioGroup(VfioSysfs sysfs, int number, PciAddress first, SafeFileHandle file, bool isNoIommu)
    {
        _sysfs = sysfs;
        _first = first;
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

    /// <summary>Opens the group of a function, or shares it; <see cref="Release"/> undoes it.</summary>
    /// <param name="sysfs">Where to look.</param>
    /// <param name="address">The function, bound to vfio-pci.</param>
    /// <param name="device">Its name, for errors.</param>
    /// <exception cref="PollIOException">There is no group, or it cannot be had; the message says why and what mends it.</exception>
    internal static VfioGroup Acquire(VfioSysfs sysfs, PciAddress address, string device)
    {
        int number = sysfs.ReadGroup(address) ?? throw VfioErrors.NoGroup(device, address);
        lock (s_lock)
        {
            if (!s_open.TryGetValue(number, out VfioGroup? group))
            {
                group = Open(sysfs, number, address, device);
                s_open.Add(number, group);
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
        _sysfs.ReadBlockers(_first) is { Count: > 0 } blockers ? VfioErrors.NotViable(device, Number, blockers, errno) : null;

    private static VfioGroup Open(VfioSysfs sysfs, int number, PciAddress address, string device)
    {
        string noIommu = sysfs.NoIommuNode(number);
        bool isNoIommu = System.IO.File.Exists(noIommu);
        if (isNoIommu)
        {
            PmdEventSource.Log.DeviceUnrestrained(device, VfioErrors.NoIommuWarning);
        }

        string node = isNoIommu ? noIommu : sysfs.GroupNode(number);
        if (!System.IO.File.Exists(sysfs.ContainerNode))
        {
            throw VfioErrors.Container(device, Hugepages.Errno.ENOENT);
        }

        int opened = NativeVfioContainer.OpenGroup(node);
        if (opened < 0)
        {
            throw VfioErrors.Group(device, node, -opened);
        }

        var group = new VfioGroup(sysfs, number, address, new SafeFileHandle(opened, ownsHandle: true), isNoIommu);
        try
        {
            int status = NativeVfioContainer.GroupStatus(group.File);
            if (status < 0)
            {
                throw VfioErrors.Group(device, node, -status);
            }

            if ((status & NativeVfioContainer.GroupViable) == 0)
            {
                throw VfioErrors.NotViable(device, number, sysfs.ReadBlockers(address));
            }

            group._container = VfioContainer.Join(sysfs, group, device);
            return group;
        }
        catch
        {
            group.File.Dispose();
            throw;
        }
    }
}
