using System.Text.Json;
using PollIO.Apps.Tests.Support;
using PollIO.Apps.Tools.Doctor;
using PollIO.Pmd;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Pollio;

public sealed class DoctorNamesWhatToMend : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pollio-doctor-");

    public DoctorNamesWhatToMend()
    {
        Set("proc/sys/kernel/osrelease", "6.1.0-test");
        Set("proc/self/limits", "Max locked memory         unlimited            unlimited            bytes");
        Set("proc/self/status", "CapEff:\t0000000000000000");
        Set("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "64");
        Set("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "64");
        Set("sys/bus/pci/drivers/vfio-pci/bind", "");
        Set("dev/vfio/vfio", "");
        Set("dev/vfio/7", "");
        Set("sys/kernel/iommu_groups/7/type", "DMA");
        AddDevice("0000:03:00.0", 7, "vfio-pci");
        Set("sys/devices/system/cpu/isolated", "1-2");
        Set("sys/devices/system/cpu/nohz_full", "1-2");
    }

    [Fact]
    public void MachineInOrderHasNoProblemAndNoWarning()
    {
        Assert.DoesNotContain(Examine(), finding => finding.Severity != Severity.Ok);
        Assert.Contains(Examine(), finding => finding.Text == "vfio:0000:03:00.0 can be opened");
    }

    [Fact]
    public void NoHugepages()
    {
        Set("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "0");
        Mends("hugepages", "sudo pollio hugepages --pagesize 2M --reserve 192M");
    }

    [Fact]
    public void TooFewHugepages()
    {
        Set("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "31");
        Mends("hugepages", "sudo pollio hugepages --pagesize 2M --reserve 130M");
    }

    [Fact]
    public void HugepagesOnTheWrongNodeAreAWarning()
    {
        Set("sys/bus/pci/devices/0000:03:00.0/numa_node", "1");
        for (int node = 0; node < 2; node++)
        {
            Set($"sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/nr_hugepages", "64");
            Set($"sys/devices/system/node/node{node}/hugepages/hugepages-2048kB/free_hugepages", node == 0 ? "64" : "0");
            Set($"sys/devices/system/cpu/cpu1/node{node}/cpulist", "1");
        }

        Finding finding = Assert.Single(Examine(), finding => finding.Severity == Severity.Warning);
        Assert.Equal("sudo pollio hugepages --pagesize 2M --reserve 192M --node 1", finding.Remedy);
        Assert.StartsWith("NUMA node 1, where the device is, has none free", finding.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void ModuleNotLoaded()
    {
        Directory.Delete(PathOf("sys/bus/pci/drivers/vfio-pci"), recursive: true);
        Mends("module", "sudo modprobe vfio-pci");
    }

    [Fact]
    public void IommuOff()
    {
        Directory.Delete(PathOf("sys/kernel/iommu_groups"), recursive: true);
        Mends("IOMMU", "enable VT-d or AMD-Vi in the firmware");
        Set("sys/firmware/acpi/tables/DMAR", "");
        Mends("IOMMU", "add intel_iommu=on to the kernel's command line, and boot");
        Set("etc/default/grub", "");
        Mends("IOMMU", "/&intel_iommu=on /' /etc/default/grub && sudo update-grub && sudo reboot");
    }

    [Fact]
    public void MemlockTooSmall()
    {
        Set("proc/self/limits", "Max locked memory         8388608              8388608              bytes");
        Mends("locked memory", "sudo prlimit --pid $$ --memlock=unlimited:unlimited");
        Set("proc/self/status", "CapEff:\t0000000000004000");
        Assert.DoesNotContain(Examine(), finding => finding.Severity != Severity.Ok);
    }

    [Fact]
    public void DeviceOnTheKernelDriver()
    {
        File.Delete(PathOf("sys/bus/pci/devices/0000:03:00.0/driver"));
        Directory.CreateDirectory(PathOf("sys/bus/pci/drivers/e1000e"));
        File.CreateSymbolicLink(PathOf("sys/bus/pci/devices/0000:03:00.0/driver"), PathOf("sys/bus/pci/drivers/e1000e"));
        Mends("port", "sudo pollio devbind bind 0000:03:00.0");
        Directory.Delete(PathOf("sys/bus/pci/drivers/vfio-pci"), recursive: true);
        Mends("port", "sudo modprobe vfio-pci && sudo pollio devbind bind 0000:03:00.0");
    }

    [Fact]
    public void ContainerWithoutTheNode()
    {
        File.Delete(PathOf("dev/vfio/vfio"));
        Mends("VFIO node", "--device /dev/vfio/vfio");
    }

    [Fact]
    public void UioPortNeedsItsOwnDriver()
    {
        Set("proc/mounts", "nodev /dev/hugepages hugetlbfs rw,pagesize=2M 0 0");

        Assert.Equal(
            ["sudo modprobe uio_pci_generic", "sudo modprobe uio_pci_generic && sudo pollio devbind bind 0000:03:00.0 --driver uio_pci_generic"],
            RemediesOfUio());
    }

    [Fact]
    public void UioPortNeedsAHugetlbfs()
    {
        AddDevice("0000:03:00.0", 7, "uio_pci_generic");
        Set("sys/bus/pci/drivers/uio_pci_generic/bind", "");
        Set("sys/kernel/iommu_groups/7/type", "identity");
        Set("sys/bus/pci/devices/0000:03:00.0/uio/uio0/name", "");
        Set("dev/uio0", "");
        Assert.Equal(["sudo pollio hugepages --pagesize 2M --mount", "sudo ./hugepages.sh --pagesize 2M --mount"], RemediesOfUio());

        Set("proc/mounts", "nodev /dev/hugepages hugetlbfs rw,pagesize=2M 0 0");
        Directory.CreateDirectory(PathOf("dev/hugepages"));
        Assert.Empty(RemediesOfUio());
    }

    [Fact]
    public void WordsForTheKernelAreCommandsWhereGrubIs()
    {
        Set("sys/devices/system/cpu/isolated", "");
        Set("etc/default/grub", "");

        Finding finding = Assert.Single(Examine(), finding => finding.Severity == Severity.Warning);
        Assert.Contains("/&isolcpus=1 /' /etc/default/grub && sudo update-grub && sudo reboot", finding.Remedy, StringComparison.Ordinal);
    }

    [Fact]
    public void GroupNotViable()
    {
        AddDevice("0000:03:00.1", 7, "e1000e");
        Mends("port", "sudo pollio devbind bind 0000:03:00.1");
    }

    [Fact]
    public void CoresThatAreNotThere()
    {
        Set("sys/devices/system/cpu/online", "0,2-3");
        Finding finding = Assert.Single(Examine(), finding => finding.Severity == Severity.Problem);
        Assert.Equal("1 of --cores cannot poll: online are 0,2-3", finding.Text);
        Set("sys/devices/system/cpu/online", "0-3");
        Assert.DoesNotContain(Examine(), finding => finding.Severity != Severity.Ok);
    }

    [Theory]
    [InlineData("null:?colour=red", "null:?colour=red: driver 'null' has no key 'colour'; it takes size")]
    [InlineData("ring:", "ring:: the address is missing: a name of letters and digits, the same for both ends")]
    [InlineData("vfio:0000:03:00.0?rx=2", "vfio:0000:03:00.0?rx=2: driver 'vfio' has no key 'rx'; it takes queues, rxd, txd")]
    [InlineData("nope:", "nope:: there is no driver 'nope'; there are af_packet, null, pcap, ring, uio, vfio, vhost, virtio-user")]
    public void SpecThatNoDriverTakes(string spec, string text)
    {
        var options = new DoctorOptions { Root = _root.FullName, Port = PortSpec.Parse(spec) };
        Assert.Equal(text, Assert.Single(DoctorCommand.Examine(options), finding => finding.Severity == Severity.Problem).Text);
    }

    [Fact]
    public void CoresThatAreDisturbedAreWarnings()
    {
        Set("sys/devices/system/cpu/isolated", "");
        Set("sys/devices/system/cpu/nohz_full", "(null)");
        Set("sys/devices/system/cpu/cpu1/topology/thread_siblings_list", "1,3");
        Set("sys/devices/system/cpu/cpu1/cpufreq/scaling_governor", "powersave");
        Set("proc/42/comm", "irqbalance");
        Set("proc/mounts", "sysfs /sys sysfs ro,nosuid 0 0");

        IReadOnlyList<Finding> findings = Examine();
        Assert.Equal(
            ["container", "frequency", "interrupts", "isolation", "siblings", "timer tick"],
            findings.Where(finding => finding.Severity == Severity.Warning).Select(finding => finding.Subject).Order(StringComparer.Ordinal));
        Assert.All(findings.Where(finding => finding.Severity == Severity.Warning), finding => Assert.NotNull(finding.Remedy));
    }

    [Fact]
    public async Task ProcessPrintsJsonAndExitsWithOneForProblems()
    {
        string root = _root.FullName;
        ToolResult well = await PollioProcess.RunAsync("doctor", "--root", root, "--json", "--port", "vfio:0000:03:00.0", "--cores", "1");
        Assert.Equal((0, ""), (well.ExitCode, well.Error));
        Assert.Equal(0, JsonDocument.Parse(well.Output).RootElement.GetProperty("problems").GetInt32());

        ToolResult ill = await PollioProcess.RunAsync("doctor", "--root", root, "--port", "vfio:0000:09:00.0");
        Assert.Equal(1, ill.ExitCode);
        Assert.Contains("problem port: 0000:09:00.0: there is no such PCI device", ill.Output, StringComparison.Ordinal);
    }

    public void Dispose() => _root.Delete(recursive: true);

    private IReadOnlyList<Finding> Examine() =>
        DoctorCommand.Examine(new DoctorOptions { Root = _root.FullName, Port = PortSpec.Parse("vfio:0000:03:00.0"), Cores = [1] });

    private IEnumerable<string?> RemediesOfUio() =>
        DoctorCommand.Examine(new DoctorOptions { Root = _root.FullName, Port = PortSpec.Parse("uio:0000:03:00.0"), Cores = [1] })
            .Where(finding => finding.Severity == Severity.Problem).Select(finding => finding.Remedy);

    private void Mends(string subject, string remedy)
    {
        Finding finding = Examine().First(finding => finding.Subject == subject && finding.Severity == Severity.Problem);
        Assert.Contains(remedy, finding.Remedy, StringComparison.Ordinal);
    }

    private void AddDevice(string address, int group, string driver)
    {
        string folder = $"sys/bus/pci/devices/{address}";
        Set(folder + "/vendor", "0x8086");
        Set(folder + "/device", "0x10d3");
        Set(folder + "/class", "0x020000");
        Directory.CreateDirectory(PathOf($"sys/bus/pci/drivers/{driver}"));
        Directory.CreateDirectory(PathOf($"sys/kernel/iommu_groups/{group}/devices"));
        File.Delete(PathOf(folder + "/driver"));
        File.Delete(PathOf(folder + "/iommu_group"));
        File.Delete(PathOf($"sys/kernel/iommu_groups/{group}/devices/{address}"));
        File.CreateSymbolicLink(PathOf(folder + "/driver"), PathOf($"sys/bus/pci/drivers/{driver}"));
        File.CreateSymbolicLink(PathOf(folder + "/iommu_group"), PathOf($"sys/kernel/iommu_groups/{group}"));
        File.CreateSymbolicLink(PathOf($"sys/kernel/iommu_groups/{group}/devices/{address}"), PathOf(folder));
    }

    private string PathOf(string path) => Path.Combine(_root.FullName, path);

    private void Set(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        File.WriteAllText(PathOf(path), text + "\n");
    }
}
