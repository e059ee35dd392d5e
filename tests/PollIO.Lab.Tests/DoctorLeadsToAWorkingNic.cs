using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>An ordinary user on a machine where nothing is set up, who does what <c>pollio doctor</c> prints, and nothing else.</summary>
[Trait("tier", "lab")]
public sealed class DoctorLeadsToAWorkingNic
{
    private const string Port = $"vfio:{Slots.Dut0}";
    private const string AnyAddress = "10.77.0.77";

    public DoctorLeadsToAWorkingNic() => Guest.Require();

    [Fact]
    [Trait("scenario", "e1000e")]
    public async Task FromNothingByThePrintedCommands()
    {
        ToolRunner.Require("sudo", "sudo");
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        var nic = new PciDevice(Slots.Dut0);
        await nic.BindToKernelAsync();
        await ToolRunner.RunSuccessfullyAsync("modprobe", "-r", "vfio-pci");
        await using UserShell shell = UserShell.Start(UserShell.User);
        try
        {
            Doctor doctor = await Doctor.AskAsync(shell, Port);
            Assert.Equal(["hugepages", "locked memory", "module", "port"], doctor.Problems.Select(problem => problem.Subject).Order(StringComparer.Ordinal));
            await doctor.MendAsync(shell, "hugepages", "none is free");
            await doctor.MendAsync(shell, "module", "vfio-pci is not loaded");
            await doctor.MendAsync(shell, "port", "it is bound to the kernel's driver e1000e (interface ");
            Assert.Equal("vfio-pci", nic.Driver);

            // A node that is root's, as every node is at first; the command above gave it away already.
            await ToolRunner.RunSuccessfullyAsync("chown", "root", nic.GroupNode);
            doctor = await Doctor.AskAsync(shell, Port);
            Assert.Equal(["locked memory", "port"], doctor.Problems.Select(problem => problem.Subject).Order(StringComparer.Ordinal));
            await doctor.MendAsync(shell, "port", $"this user may not open {nic.GroupNode}");
            await doctor.MendAsync(shell, "locked memory", "limited to 8192 KiB");
            doctor = await Doctor.AskAsync(shell, Port);
            Assert.Empty(doctor.Problems);
            Assert.Equal(0, doctor.ExitCode);

            await shell.TypeSuccessfullyAsync($"l2fwd --port {Port} --mode icmpecho --interval 0 >l2fwd.log &");
            await peer.WaitForAnswerAsync(AnyAddress);
            PingResult pings = await peer.PingAsync(AnyAddress, 20);
            Assert.True(pings.Received == pings.Sent, pings.Text);
            await shell.TypeSuccessfullyAsync("kill %1 && wait %1");
        }
        finally
        {
            await shell.TypeAsync("sudo pollio devbind restore; sudo pollio hugepages --clear");
        }

        Assert.Equal("e1000e", nic.Driver);
        Assert.Equal(0, Hugepages.Free);
    }

    /// <summary>All other scenarios boot with the word that the printed command adds, and there the doctor says nothing of it.</summary>
    [Fact]
    [Trait("scenario", "noiommu")]
    public async Task IommuThatIsOffIsBootedWith()
    {
        await using UserShell shell = UserShell.Start();
        Directory.CreateDirectory("/etc/default");
        await File.WriteAllTextAsync("/etc/default/grub", "GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX=\"quiet intel_iommu=off\"\n", TestContext.Current.CancellationToken);
        UserShell.InstallScript("update-grub", "cp /etc/default/grub /tmp/booted");
        UserShell.InstallScript("reboot", "echo reboot >>/tmp/booted");

        Doctor doctor = await Doctor.AskAsync(shell, Port);

        Assert.Equal(1, doctor.ExitCode);
        (_, string text, string remedy) = Assert.Single(doctor.Problems, problem => problem.Subject == "IOMMU");
        Assert.StartsWith("none, or off", text, StringComparison.Ordinal);
        await shell.TypeSuccessfullyAsync(remedy);
        Assert.Equal("GRUB_DEFAULT=0\nGRUB_CMDLINE_LINUX=\"intel_iommu=on quiet \"\nreboot\n", await File.ReadAllTextAsync("/tmp/booted", TestContext.Current.CancellationToken));
    }

    [Fact]
    [Trait("scenario", "bridge")]
    public async Task GroupThatIsNotViable()
    {
        await new PciDevice(Slots.Bridged1).BindToKernelAsync();
        await new PciDevice(Slots.Bridged0).BindToVfioAsync();
        using Hugepages hugepages = await Hugepages.ReserveAsync(32);
        await using UserShell shell = UserShell.Start();
        const string Bridged = $"vfio:{Slots.Bridged0}";
        try
        {
            Doctor doctor = await Doctor.AskAsync(shell, Bridged);
            await doctor.MendAsync(shell, "port", $"is not viable: the kernel still drives {Slots.Bridged1}");
            doctor = await Doctor.AskAsync(shell, Bridged);
            Assert.Empty(doctor.Problems);
            Assert.Equal(0, doctor.ExitCode);
        }
        finally
        {
            await shell.TypeAsync("rm /run/pollio/bindings");
            await new PciDevice(Slots.Bridged0).BindToKernelAsync();
            await new PciDevice(Slots.Bridged1).BindToKernelAsync();
        }
    }
}
