namespace PollIO.Lab.Tests.Support;

/// <summary>A PCI device of the guest as sysfs shows it. Binding here is independent of the product's, to set up and to check.</summary>
internal sealed record PciDevice(string Address)
{
    private const string VfioDriver = "vfio-pci";
    private const string UioDriver = "uio_pci_generic";

    internal string Folder => $"/sys/bus/pci/devices/{Address}";

    internal bool Exists => Directory.Exists(Folder);

    /// <summary>The driver bound, or null.</summary>
    internal string? Driver => NameOfLink("driver");

    /// <summary>The IOMMU group, or null without an IOMMU.</summary>
    internal string? Group => NameOfLink("iommu_group");

    /// <summary>The group's node.</summary>
    internal string GroupNode => $"/dev/vfio/{Group}";

    private string GroupType => $"{Folder}/iommu_group/type";

    /// <summary>The kernel's interfaces on this device, in the test's own network namespace.</summary>
    internal IReadOnlyList<string> Interfaces => Exists
        ? [.. Directory.GetDirectories(Folder, "virtio*").Append(Folder).Select(folder => Path.Combine(folder, "net")).Where(Directory.Exists).SelectMany(Directory.GetDirectories).Select(path => Path.GetFileName(path)!)]
        : [];

    /// <summary>Gives the device to VFIO, or leaves it there.</summary>
    internal async Task BindToVfioAsync()
    {
        await Guest.LoadAsync(VfioDriver);
        await BindAsync(VfioDriver);
    }

    /// <summary>Gives the device to the kernel's own driver and waits for its interface.</summary>
    internal async Task<string> BindToKernelAsync()
    {
        await Guest.LoadAsync("e1000", "e1000e", "virtio_net");
        if (Interfaces.Count == 0)
        {
            await BindAsync(string.Empty);
        }

        await Guest.WaitForAsync(() => Interfaces.Count == 1, $"an interface on {Address}");
        return Interfaces[0];
    }

    /// <summary>Takes the device from its driver; returns once the driver has let go.</summary>
    internal void Unbind()
    {
        if (Driver is not null)
        {
            File.WriteAllText($"{Folder}/driver/unbind", Address);
        }
    }

    /// <summary>Gives the device to UIO; its addresses are physical ones, as on a machine without an IOMMU.</summary>
    internal async Task BindToUioAsync()
    {
        await Guest.LoadAsync(UioDriver);
        Unbind();
        await File.WriteAllTextAsync(GroupType, "identity");
        await BindAsync(UioDriver);
    }

    /// <summary>Takes it back, and has the IOMMU translate for it again.</summary>
    internal void UnbindFromUio()
    {
        Unbind();
        File.WriteAllText(GroupType, "auto");
    }

    private async Task BindAsync(string driver)
    {
        if (Driver == driver)
        {
            return;
        }

        Unbind();
        await File.WriteAllTextAsync($"{Folder}/driver_override", driver + "\n");
        await File.WriteAllTextAsync("/sys/bus/pci/drivers_probe", Address);
        Assert.True(Driver is not null && (driver.Length == 0 || Driver == driver), $"{Address} has driver '{Driver}', not '{driver}'");
    }

    private string? NameOfLink(string name) => new FileInfo($"{Folder}/{name}").LinkTarget is { } target ? Path.GetFileName(target) : null;
}
