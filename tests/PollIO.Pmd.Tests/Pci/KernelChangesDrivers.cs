using PollIO.Pmd.Pci;
using PollIO.Tests.Support;

namespace PollIO.Pmd.Tests.Pci;

/// <summary>
/// Binding on a real kernel with an emulated IOMMU. It takes NICs from their drivers, so it runs in the lab guest and nowhere else:
/// there "e1000e" has NICs with groups of their own, and "bridge" two e1000 that share one.
/// </summary>
[Trait("tier", "lab")]
public sealed class KernelChangesDrivers : IAsyncLifetime
{
    private const string Vfio = PciBinding.VfioDriver;
    private const string Operation = "open port";

    private readonly SysfsTree _tree = SysfsTree.Machine;
    private readonly string _record = Path.Join(Path.GetTempPath(), $"pollio-bindings-{Guid.NewGuid():N}");
    private readonly PciBinding _binding;

    public KernelChangesDrivers() => _binding = new PciBinding(_tree, new BindingRecord(_record));

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless((_tree.Read("/proc/cmdline") ?? "").Contains("pollio.lab=", StringComparison.Ordinal), "takes NICs from their drivers: runs in the lab guest only");
        Assert.SkipWhen(_tree.List("/sys/kernel/iommu_groups").Count == 0, "the kernel has no IOMMU groups");
        await ToolRunner.RunSuccessfullyAsync("modprobe", ["-a", Vfio, "e1000", "e1000e"]);

        // Tests that ran before in this guest may have left NICs with VFIO.
        _binding.Restore([.. PciInventory.Read(_tree).Network.Where(function => function.Driver == Vfio).Select(function => function.Address)], force: true);
    }

    public ValueTask DisposeAsync()
    {
        _binding.Restore(_binding.Changed, force: true);
        File.Delete(_record);
        return ValueTask.CompletedTask;
    }

    [Fact]
    [Trait("scenario", "e1000e")]
    public void FunctionGoesToVfioAndBack()
    {
        PciFunction before = Alone()[0];
        Assert.Equal((new PciId(0x8086, 0x10d3), "e1000e", null, true), (before.Id, before.Driver, before.Override, before.IsEnabled));
        Assert.Equal(0x8086, before.Subsystem.Vendor);
        Assert.Single(before.Interfaces);
        PollIOException error = Assert.Throws<PollIOException>(() => HardwareCheck.RequireVfio(_tree, before.Address, Operation));
        Assert.Equal(PciBinding.CommandFor(before, Vfio), error.Remedy);

        Assert.Empty(_binding.Bind([before.Address], Vfio));

        (PciFunction function, IommuGroup group) = HardwareCheck.RequireVfio(_tree, before.Address, Operation);
        Assert.Equal((Vfio, Vfio, before.Group), (function.Driver, function.Override, group.Number));
        Assert.Empty(function.Interfaces);
        Assert.True(_tree.FileExists(group.Node));

        _binding.Restore([before.Address]);

        PciFunction after = Function(before.Address);
        Assert.Equal(("e1000e", null), (after.Driver, after.Override));
        Assert.Single(after.Interfaces);
        Assert.False(_tree.FileExists(group.Node));
    }

    [Fact]
    [Trait("scenario", "e1000e")]
    public async Task CommandInTheRemedyBinds()
    {
        PciAddress address = Alone()[0].Address;
        PollIOException error = Assert.Throws<PollIOException>(() => HardwareCheck.RequireVfio(_tree, address, Operation));

        await ToolRunner.RunSuccessfullyAsync("sh", ["-c", error.Remedy!]);

        Assert.Equal(address, HardwareCheck.RequireVfio(_tree, address, Operation).Function.Address);
        Assert.Empty(_binding.Changed);
        _binding.Restore([address]);
        Assert.Equal(("e1000e", null), (Function(address).Driver, Function(address).Override));
    }

    [Fact]
    [Trait("scenario", "e1000e")]
    public void UnboundFunctionsComeBackWithOrWithoutTheirRecord()
    {
        PciAddress[] addresses = [.. Alone().Select(function => function.Address)];

        _binding.Unbind(addresses);
        Assert.All(addresses, address => Assert.Null(Function(address).Driver));
        _binding.Restore(addresses[..1]);
        File.Delete(_record);
        _binding.Restore(addresses[1..]);

        Assert.All(addresses, address => Assert.Equal("e1000e", Function(address).Driver));
    }

    [Fact]
    [Trait("scenario", "e1000e")]
    public async Task DefaultRouteKeepsItsInterface()
    {
        PciFunction function = Alone()[0];
        string name = Assert.Single(function.Interfaces);
        await ToolRunner.RunSuccessfullyAsync("ip", ["link", "add", "link", name, "name", "lab.7", "type", "vlan", "id", "7"]);
        await ToolRunner.RunSuccessfullyAsync("ip", ["link", "set", name, "up"]);
        await ToolRunner.RunSuccessfullyAsync("ip", ["link", "set", "lab.7", "up"]);

        foreach (string carrier in (string[])[name, "lab.7"])
        {
            foreach (string family in (string[])["-4", "-6"])
            {
                await ToolRunner.RunSuccessfullyAsync("ip", [family, "route", "add", "default", "dev", carrier]);
                PollIOException error = Assert.Throws<PollIOException>(() => _binding.Bind([function.Address], Vfio));
                Assert.Contains($"its interface {name} carries the default route", error.Message, StringComparison.Ordinal);
                Assert.Equal(carrier != name, error.Message.Contains("through lab.7", StringComparison.Ordinal));
                await ToolRunner.RunSuccessfullyAsync("ip", [family, "route", "del", "default", "dev", carrier]);
            }
        }

        await ToolRunner.RunSuccessfullyAsync("ip", ["route", "add", "default", "dev", name]);
        Assert.Empty(_binding.Bind([function.Address], Vfio, force: true));
        Assert.Equal(Vfio, Function(function.Address).Driver);
    }

    [Fact]
    [Trait("scenario", "bridge")]
    public void GroupIsViableOnceAllItsNicsAreBound()
    {
        PciFunction[] nics = Together();
        PciAddress first = nics[0].Address;
        PciAddress second = nics[1].Address;

        IommuGroup group = Assert.Single(_binding.Bind([first], Vfio));
        Assert.Equal([second], group.Blockers.Select(blocker => blocker.Address));
        PollIOException error = Assert.Throws<PollIOException>(() => HardwareCheck.RequireVfio(_tree, first, Operation));
        Assert.Contains($"{second} (8086:100e, driver e1000)", error.Reason, StringComparison.Ordinal);

        Assert.Empty(_binding.Bind([first, second], Vfio));
        Assert.Equal(nics[0].Group, HardwareCheck.RequireVfio(_tree, first, Operation).Group.Number);
        Assert.Contains(group.Members, member => member.IsBridge);

        _binding.Restore([first, second]);
        Assert.Equal(("e1000", "e1000"), (Function(first).Driver, Function(second).Driver));
    }

    [Fact]
    [Trait("scenario", "bridge")]
    public void FunctionTheKernelRefusesSendsTheOthersBack()
    {
        PciFunction[] nics = Together();

        // The machine's SMBus controller, which nothing drives in the guest, is no NIC: e1000 gives up on it.
        PciFunction smBus = PciInventory.Read(_tree).Functions.First(function => function.Class >> 8 == 0x0c05);
        Assert.Null(smBus.Driver);
        _binding.Bind([nics[0].Address], Vfio);

        PollIOException error = Assert.Throws<PollIOException>(() => _binding.Bind([nics[0].Address, nics[1].Address, smBus.Address], "e1000"));

        Assert.Equal((smBus.Address.ToString(), "the kernel gave it to no driver instead of e1000"), (error.Device, error.Reason));
        Assert.Equal((Vfio, Vfio), (Function(nics[0].Address).Driver, Function(nics[0].Address).Override));
        Assert.Equal(("e1000", null), (Function(nics[1].Address).Driver, Function(nics[1].Address).Override));
        Assert.Equal((null, null), (Function(smBus.Address).Driver, Function(smBus.Address).Override));
        Assert.Equal([nics[0].Address], _binding.Changed);
    }

    private PciFunction Function(PciAddress address) => PciInventory.Read(_tree, address) ?? throw new InvalidOperationException($"{address} is gone");

    private PciFunction[] Alone() =>
        [.. Nics().Where(function => function.Driver == "e1000e" && IommuGroup.Read(_tree, function.Group!.Value).Members.Count == 1)];

    private PciFunction[] Together() => [.. Nics().Where(function => function.Driver == "e1000").GroupBy(function => function.Group).First(group => group.Count() == 2)];

    private IEnumerable<PciFunction> Nics() => PciInventory.Read(_tree).Network.Where(function => function.Group is not null);
}
