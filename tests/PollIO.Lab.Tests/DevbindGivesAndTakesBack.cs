using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary><c>pollio devbind</c> on a real kernel, with traffic in between.</summary>
[Trait("tier", "lab")]
public sealed class DevbindGivesAndTakesBack : DriverTest
{
    [Fact]
    [Trait("scenario", "e1000e")]
    public async Task InterfaceIsBackAfterAnOrdinaryUserForwarded()
    {
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using UserShell root = UserShell.Start();
        var nic = new PciDevice(Slots.Dut0);
        string name = await nic.BindToKernelAsync();
        string mac = await File.ReadAllTextAsync($"/sys/class/net/{name}/address", TestContext.Current.CancellationToken);
        await Guest.LoadAsync("vfio-pci");

        await root.TypeSuccessfullyAsync($"pollio devbind bind {Slots.Dut0} --user {UserShell.User}");

        Assert.Equal("vfio-pci", nic.Driver);
        Assert.Empty(nic.Interfaces);
        await ToolRunner.RunSuccessfullyAsync("chown", UserShell.User, PathOf("."));
        string[] user = ["prlimit", "--memlock=unlimited:unlimited", "setpriv", "--reuid", UserShell.User, "--regid", "nogroup", "--clear-groups", "dotnet"];
        await using (L2fwdProcess l2fwd = await ForwardUnderAsync(user, "icmpecho", [Slots.Dut0]))
        {
            await peer.WaitForAnswerAsync(AnyAddress4);
            PingResult pings = await peer.PingAsync(AnyAddress4, 20);
            Assert.True(pings.Received == pings.Sent, pings.Text);
            await l2fwd.StopAsync();
        }

        await root.TypeSuccessfullyAsync("pollio devbind restore");

        Assert.Equal("e1000e", nic.Driver);
        await Guest.WaitForAsync(() => nic.Interfaces.Count == 1, "the kernel's interface");
        Assert.Equal(name, nic.Interfaces[0]);
        Assert.Equal(mac, await File.ReadAllTextAsync($"/sys/class/net/{name}/address", TestContext.Current.CancellationToken));
        await root.TypeSuccessfullyAsync($"ip addr add 10.77.0.78/24 dev {name} && ip link set {name} up");
        await peer.WaitForAnswerAsync("10.77.0.78");
        await root.TypeSuccessfullyAsync($"ip addr flush dev {name} && ip link set {name} down");
    }

    /// <summary>The rule as udev itself takes it: the kernel's driver had the device first, as it has after a boot.</summary>
    [Fact]
    [Trait("scenario", "e1000e")]
    public async Task PrintedRuleBindsWhenUdevFindsTheDevice()
    {
        const string Udev = "/lib/systemd/systemd-udevd";
        Assert.SkipUnless(File.Exists(Udev), $"there is no {Udev}: apt-get install udev");
        var nic = new PciDevice(Slots.Dut1);
        await nic.BindToKernelAsync();
        await using UserShell root = UserShell.Start();
        await root.TypeSuccessfullyAsync($"mkdir -p /etc/udev/rules.d && pollio devbind rule {Slots.Dut1} --user {UserShell.User} >/etc/udev/rules.d/70-pollio.rules");
        Assert.Equal("e1000e", nic.Driver);

        // Its own rule would rename interfaces that later tests look for.
        await root.TypeSuccessfullyAsync("ln -s /dev/null /etc/udev/rules.d/80-net-setup-link.rules");
        await root.TypeSuccessfullyAsync($"{Udev} & udevd=$!; until udevadm control --ping; do sleep 0.1; done");
        try
        {
            await root.TypeSuccessfullyAsync($"udevadm trigger --action=add --settle {nic.Folder}");

            Assert.Equal("vfio-pci", nic.Driver);
            Assert.Equal(UserShell.User, (await root.TypeSuccessfullyAsync($"stat -c %U {nic.GroupNode}")).Trim());
        }
        finally
        {
            await root.TypeAsync("kill $udevd; wait $udevd; rm /etc/udev/rules.d/70-pollio.rules /etc/udev/rules.d/80-net-setup-link.rules");
        }

        await nic.BindToKernelAsync();
    }

    [Fact]
    [Trait("scenario", "bridge")]
    public async Task OneOfTwoInAGroupChangesNothing()
    {
        PciDevice[] nics = [new(Slots.Bridged0), new(Slots.Bridged1)];
        string[] names = [await nics[0].BindToKernelAsync(), await nics[1].BindToKernelAsync()];
        await Guest.LoadAsync("vfio-pci");
        await using UserShell root = UserShell.Start();

        (int exitCode, string output) = await root.TypeAsync($"pollio devbind bind {Slots.Bridged0}");

        Assert.Equal(1, exitCode);
        Assert.Contains($"it shares IOMMU group {nics[0].Group} with {Slots.Bridged1}", output, StringComparison.Ordinal);
        Assert.Contains($"sudo pollio devbind bind {Slots.Bridged0} {Slots.Bridged1}", output, StringComparison.Ordinal);
        Assert.Equal(names, nics.SelectMany(nic => nic.Interfaces));
        Assert.All(nics, nic => Assert.Equal("e1000", nic.Driver));
        Assert.All(nics, nic => Assert.Equal("(null)", File.ReadAllText($"{nic.Folder}/driver_override").Trim()));

        await root.TypeSuccessfullyAsync($"pollio devbind bind {Slots.Bridged0} {Slots.Bridged1}");
        Assert.All(nics, nic => Assert.Equal("vfio-pci", nic.Driver));

        await root.TypeSuccessfullyAsync("pollio devbind restore");
        Assert.All(nics, nic => Assert.Equal("e1000", nic.Driver));
        await Guest.WaitForAsync(() => nics.All(nic => nic.Interfaces.Count == 1), "both interfaces");
        Assert.Equal(names.Order(), nics.SelectMany(nic => nic.Interfaces).Order());
    }
}
