using System.Text.Json;
using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Tools.Devbind;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tests.Pollio;

public sealed class GroupsAreBoundWhole : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("pollio-devbind-");

    [Fact]
    public void OneOfTwoChangesNothingAndNamesTheOther()
    {
        Add("0000:03:00.0");
        Add("0000:03:00.1");
        DevbindOptions options = DevbindOptionParser.Parse(["bind", "03:00.0"], out _)!;

        PollIOException e = Assert.Throws<PollIOException>(() => Run(options, out _));

        Assert.Contains("IOMMU group 4 with 0000:03:00.1", e.Message, StringComparison.Ordinal);
        Assert.Equal("sudo pollio devbind bind 0000:03:00.0 0000:03:00.1", e.Remedy);
        Assert.False(File.Exists(Record));
        Assert.Empty(File.ReadAllText(PathOf("sys/bus/pci/devices/0000:03:00.0/driver_override")));
    }

    [Fact]
    public void StatusShowsGroupsDriversInterfacesAndTheDefaultRoute()
    {
        Add("0000:03:00.0", "eth7");
        Directory.CreateDirectory(PathOf("proc/net"));
        File.WriteAllText(PathOf("proc/net/route"), "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\neth7\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\n");

        Assert.Equal(0, Run(DevbindOptionParser.Parse(["status"], out _)!, out string shown));

        Assert.Equal("IOMMU group 4\n  0000:03:00.0 (8086:10d3, driver e1000e)  interface eth7  carries the default route\n", shown);
    }

    [Fact]
    public void StatusAsJson()
    {
        Add("0000:03:00.0", "eth7");
        Add("0000:03:00.1");

        Assert.Equal(0, Run(DevbindOptionParser.Parse(["status", "--json"], out _)!, out string shown));

        JsonElement functions = JsonDocument.Parse(shown).RootElement.GetProperty("functions");
        Assert.Equal(["0000:03:00.0", "0000:03:00.1"], functions.EnumerateArray().Select(function => function.GetProperty("address").GetString()));
        JsonElement first = functions[0];
        Assert.Equal(("8086:10d3", "e1000e", 4), (first.GetProperty("id").GetString(), first.GetProperty("driver").GetString(), first.GetProperty("iommuGroup").GetInt32()));
        Assert.Equal("eth7", first.GetProperty("interfaces")[0].GetString());
        Assert.False(first.GetProperty("carriesDefaultRoute").GetBoolean() || first.GetProperty("isChanged").GetBoolean());
    }

    [Fact]
    public void RuleNamesAllOfAGroupAndChangesNothing()
    {
        Add("0000:03:00.0");
        Add("0000:03:00.1");

        PollIOException e = Assert.Throws<PollIOException>(() => Run(DevbindOptionParser.Parse(["rule", "03:00.1"], out _)!, out _));
        Assert.Equal("pollio devbind rule 0000:03:00.1 0000:03:00.0", e.Remedy);

        Run(DevbindOptionParser.Parse(["rule", "03:00.0", "03:00.1", "--user", "alice"], out _)!, out string rule);
        string[] lines = rule.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("ACTION==\"add\", SUBSYSTEM==\"pci\", KERNEL==\"0000:03:00.1\", DRIVER!=\"vfio-pci\", ATTR{driver_override}=\"vfio-pci\", ", lines[2], StringComparison.Ordinal);
        Assert.Contains("chown alice ", lines[2], StringComparison.Ordinal);
        Assert.False(File.Exists(Record));
        Assert.Empty(File.ReadAllText(PathOf("sys/bus/pci/devices/0000:03:00.0/driver_override")));
    }

    [Theory]
    [InlineData("rule")]
    [InlineData("bind", "03:00.0", "--user", "a;b")]
    [InlineData("bind", "03:00.0", "--driver", "../x")]
    [InlineData("bind")]
    [InlineData("frobnicate")]
    [InlineData("bind", "03:99.0")]
    [InlineData("bind", "03:00.0", "--drvier", "x")]
    public void WrongCommandLinesAreRefused(params string[] arguments) =>
        Assert.Throws<UsageException>(() => DevbindOptionParser.Parse(arguments, out _));

    public void Dispose() => _root.Delete(recursive: true);

    private string Record => PathOf("run/bindings");

    private int Run(DevbindOptions options, out string shown)
    {
        var output = new StringWriter { NewLine = "\n" };
        int exitCode = DevbindCommand.Run(options, new SysfsTree(_root.FullName), new BindingRecord(Record), output);
        shown = output.ToString();
        return exitCode;
    }

    private void Add(string address, string? netInterface = null)
    {
        string folder = $"sys/bus/pci/devices/{address}";
        Directory.CreateDirectory(PathOf(netInterface is null ? folder : $"{folder}/net/{netInterface}"));
        File.WriteAllText(PathOf(folder + "/vendor"), "0x8086\n");
        File.WriteAllText(PathOf(folder + "/device"), "0x10d3\n");
        File.WriteAllText(PathOf(folder + "/class"), "0x020000\n");
        File.WriteAllText(PathOf(folder + "/driver_override"), "");
        Directory.CreateDirectory(PathOf("sys/bus/pci/drivers/e1000e"));
        Directory.CreateDirectory(PathOf("sys/bus/pci/drivers/vfio-pci"));
        Directory.CreateDirectory(PathOf("sys/kernel/iommu_groups/4/devices"));
        File.CreateSymbolicLink(PathOf(folder + "/driver"), PathOf("sys/bus/pci/drivers/e1000e"));
        File.CreateSymbolicLink(PathOf(folder + "/iommu_group"), PathOf("sys/kernel/iommu_groups/4"));
        File.CreateSymbolicLink(PathOf($"sys/kernel/iommu_groups/4/devices/{address}"), PathOf(folder));
    }

    private string PathOf(string path) => Path.Combine(_root.FullName, path);
}
