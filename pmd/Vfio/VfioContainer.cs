using Microsoft.Win32.SafeHandles;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Vfio;

/// <summary>
/// The process's VFIO container: one IOMMU address space for all its groups, which reaches <see cref="DmaMemory.Shared"/> at the
/// process's own addresses and nothing else. It comes with the first group and goes with the last.
/// </summary>
/// <remarks>
/// Devices that VFIO gives without an IOMMU (no-IOMMU mode) are in a container of their own, which reaches all of the machine's memory
/// and translates by <see cref="PhysicalPages"/>; opening one raises a warning (<see cref="Diagnostics.PmdEventSource"/>). That mode has
/// not been run: no kernel at hand is built with it.
/// </remarks>
internal sealed class VfioContainer : DmaDomain
{
    // Both, and everything but Map and Unmap, under VfioGroup's lock.
    private static VfioContainer? s_iommu;
    private static VfioContainer? s_noIommu;

    private readonly SafeFileHandle _file;
    private readonly PhysicalPages? _physical;
    private readonly Lock _infoLock = new();
    private IommuInfo _info;
    private uint _entryLimit;
    private uint _entries;
    private int _groups;

    private VfioContainer(SafeFileHandle file, bool noIommu)
        : base(noIommu ? "VFIO container without an IOMMU" : "VFIO container")
    {
        _file = file;
        _physical = noIommu ? new PhysicalPages() : null;
    }

    /// <summary>What devices of this container call an address.</summary>
    internal IovaMap Iova => _physical?.Map ?? IovaMap.Identity;

    /// <summary>Puts a group into the container of its kind, which is opened when it is the first.</summary>
    /// <param name="tree">Where the node is.</param>
    /// <param name="group">The group, viable.</param>
    /// <param name="device">The device that is being opened, for errors.</param>
    /// <exception cref="PollIOException">VFIO or the IOMMU refused; the group is in no container.</exception>
    internal static VfioContainer Join(SysfsTree tree, VfioGroup group, string device)
    {
        ref VfioContainer? current = ref group.IsNoIommu ? ref s_noIommu : ref s_iommu;
        if (current is { } there)
        {
            there.Add(group, device);
            return there;
        }

        int opened = NativeVfioContainer.Open(tree.PathOf(IommuGroup.ContainerNode));
        if (opened < 0)
        {
            throw VfioErrors.Container(device, -opened);
        }

        var container = new VfioContainer(new SafeFileHandle(opened, ownsHandle: true), group.IsNoIommu);
        try
        {
            container.Add(group, device);
        }
        catch
        {
            container.Close();
            throw;
        }

        current = container;
        return container;
    }

    /// <summary>Takes a group out by closing it. The last one ends the container: first no memory is reachable, then nothing is open.</summary>
    internal void Leave(SafeFileHandle group)
    {
        bool last = --_groups == 0;
        if (last)
        {
            DmaMemory.Shared.Detach(this);
        }

        group.Dispose();
        if (last)
        {
            (_physical is null ? ref s_iommu : ref s_noIommu) = null;
            Close();
        }
    }

    /// <inheritdoc/>
    protected override void Map(DmaRegion region)
    {
        if (_physical is not null)
        {
            _ = _physical.Add(region);
            return;
        }

        lock (_infoLock)
        {
            ulong address = (ulong)region.Address;
            if (!_info.Translates(address, address + region.Length - 1))
            {
                throw VfioErrors.OutsideIommu(Name, region, _info.DescribeRanges());
            }

            if (_entries >= _entryLimit)
            {
                throw VfioErrors.TooManyEntries(Name, _entryLimit);
            }

            int result = NativeVfioContainer.MapDma(_file, address, address, region.Length, NativeVfioContainer.DmaRead | NativeVfioContainer.DmaWrite);
            if (result < 0)
            {
                throw VfioErrors.Map(Name, region, _entryLimit, _info.DescribeRanges(), -result);
            }

            _entries++;
        }
    }

    /// <inheritdoc/>
    protected override void Unmap(DmaRegion region)
    {
        if (_physical is not null)
        {
            _physical.Remove(region);
            return;
        }

        lock (_infoLock)
        {
            // Pages that VFIO still had pinned would stay the device's and nobody else's: nothing is reused under it.
            if (NativeVfioContainer.UnmapDma(_file, (ulong)region.Address, region.Length) > 0)
            {
                _entries--;
            }
        }
    }

    private void Add(VfioGroup group, string device)
    {
        int result = NativeVfioContainer.SetContainer(group.File, _file);
        if (result < 0)
        {
            throw group.Blocked(device, -result) ?? VfioErrors.JoinContainer(device, group.Number, -result);
        }

        if (_groups == 0)
        {
            Start(device);
        }

        // A further group can have reserved ranges of its own.
        RefreshInfo(device);
        if (_groups == 0)
        {
            _entryLimit = _info.DmaEntries;
            DmaMemory.Shared.Attach(this);
        }

        _groups++;
    }

    private void Start(string device)
    {
        uint type = _physical is null ? NativeVfioContainer.Type1V2 : NativeVfioContainer.NoIommu;
        if (NativeVfioContainer.HasType(_file, type) != 1)
        {
            throw VfioErrors.NoType1(device);
        }

        int result = NativeVfioContainer.SetType(_file, type);
        if (result < 0)
        {
            throw VfioErrors.SetType(device, -result);
        }
    }

    private void RefreshInfo(string device)
    {
        if (_physical is not null)
        {
            return;
        }

        int result = NativeVfioContainer.GetIommuInfo(_file, out IommuInfo info);
        if (result < 0)
        {
            throw new PollIOException("ask what the IOMMU translates", device, "the IOMMU driver's answer is no use", -result);
        }

        lock (_infoLock)
        {
            _info = info;
        }
    }

    private void Close()
    {
        _file.Dispose();
        _physical?.Dispose();
    }
}
