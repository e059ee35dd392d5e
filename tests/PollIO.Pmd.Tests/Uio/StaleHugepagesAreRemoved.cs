using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Pci;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Pci;
using PollIO.Pmd.Tests.Vfio;
using PollIO.Pmd.Uio;

namespace PollIO.Pmd.Tests.Uio;

/// <summary>An ordinary folder stands in for the hugetlbfs, and a folder whose lock is given up for a dead process's.</summary>
[Trait("tier", "unit")]
[Collection(HugepagesCollection.Name)]
public sealed class StaleHugepagesAreRemoved : IDisposable
{
    private static readonly PciAddress s_other = new(0, 4, 0, 0);

    private readonly FakePciTree _tree = new();
    private readonly string _mount;

    public StaleHugepagesAreRemoved()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        _mount = _tree.AddHugetlbfs();
        _tree.Add(FakePciTree.Nic, PciBinding.UioDriver, null);
        _tree.Add(s_other, PciBinding.UioDriver, null);
        SetCommand(PciSpec.CommandBusMaster);
    }

    public void Dispose() => _tree.Dispose();

    [Fact]
    public void ByTheNextStartOfTheDevice()
    {
        Leave(FakePciTree.Nic);
        FakeUioNode.Add(_tree);
        _tree.Write($"sys/bus/pci/devices/{FakePciTree.Nic}/reset", "");

        using UioPciDevice device = UioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic);

        Assert.Empty(Directory.GetFileSystemEntries(_mount));
        Assert.Equal("1", File.ReadAllText(_tree.PathOf(FakePciTree.Nic, "reset")));
        Assert.Equal(0u, PciInventory.ReadCommand(_tree.Sysfs, FakePciTree.Nic) & PciSpec.CommandBusMaster);
    }

    [Fact]
    public void ButNotWhileTheirOwnerLives()
    {
        using HugetlbfsFolder living = Fill(FakePciTree.Nic);

        Remove();

        Assert.Equal([living.Path], Directory.GetDirectories(_mount));
        Assert.Equal([FakePciTree.Nic.ToString()], living.Devices);
    }

    [Fact]
    public void ButNotWhileAnotherDeviceMayWriteThere()
    {
        string path = Leave(FakePciTree.Nic, s_other);

        Remove();

        Assert.Equal([$"device-{s_other}", "pages-0"], Names(path));
        SetCommand(PciSpec.CommandMemory);
        Remove();
        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void ButNotWhileAnotherDeviceDoesNotSay()
    {
        string path = Leave(s_other);
        File.Delete(_tree.PathOf(s_other, "config"));

        Remove();

        Assert.Equal([$"device-{s_other}", "pages-0"], Names(path));
    }

    [Fact]
    public void WhenTheOtherDeviceIsGone()
    {
        string path = Leave(new PciAddress(0, 5, 0, 0), FakePciTree.Nic);

        Remove();

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void WhenTheOtherDeviceWritesForAnotherDriver()
    {
        string path = Leave(s_other);
        File.Delete(_tree.PathOf(s_other, "driver"));
        _tree.Add(s_other, "e1000e", null);

        Remove();

        Assert.False(Directory.Exists(path));
    }

    [Fact]
    public void AndNothingElseIs()
    {
        _tree.Write("dev/hugepages/rtemap_0", "");
        Directory.CreateDirectory(Path.Combine(_mount, "libvirt"));

        Remove();

        Assert.Equal(["libvirt", "rtemap_0"], Names(_mount));
    }

    [Fact]
    public void AndNothingThatALinkLeadsTo()
    {
        _tree.Write("elsewhere/device-0000:03:00.0", "");
        Directory.CreateSymbolicLink(Path.Combine(_mount, "pollio-uio-1"), _tree.PathOf("elsewhere"));

        Remove();

        Assert.Equal(["device-0000:03:00.0"], Names(_tree.PathOf("elsewhere")));
    }

    private static string[] Names(string path) => [.. Directory.GetFileSystemEntries(path).Select(entry => Path.GetFileName(entry)!).Order(StringComparer.Ordinal)];

    private void Remove() => StaleHugepages.Remove(_tree.Sysfs, FakePciTree.Nic);

    private string Leave(params PciAddress[] devices)
    {
        using HugetlbfsFolder folder = Fill(devices);
        return folder.Path;
    }

    private HugetlbfsFolder Fill(params PciAddress[] devices)
    {
        HugetlbfsFolder folder = HugetlbfsFolder.Create(_mount);
        Array.ForEach(devices, device => folder.Record(device.ToString()));
        File.WriteAllText(Path.Combine(folder.Path, "pages-0"), "");
        return folder;
    }

    private void SetCommand(uint command)
    {
        byte[] config = new byte[PciSpec.ConfigBytes];
        config[PciSpec.Command] = (byte)command;
        File.WriteAllBytes(_tree.PathOf(s_other, "config"), config);
    }
}
