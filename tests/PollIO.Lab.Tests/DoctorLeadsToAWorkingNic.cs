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

    /// <summary>What the tutorial tells to type is what the doctor prints, and leads from nothing to a ping that is answered.</summary>
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
        int asked = 0;
        try
        {
            foreach (string command in Tutorial.Commands)
            {
                if (command == $"pollio doctor --port {Port}")
                {
                    await (asked++ == 0 ? EveryProblemIsNamedAsync(shell) : TheLastProblemIsTheNodeAsync(shell, nic));
                }
                else if (command == $"l2fwd --port {Port} --mode icmpecho")
                {
                    Assert.Equal(2, asked);
                    await PingsAreAnsweredAsync(shell, peer, command);
                }
                else
                {
                    await shell.TypeSuccessfullyAsync(command);
                }
            }
        }
        finally
        {
            await shell.TypeAsync("rm -f l2fwd.log");
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

    private static async Task EveryProblemIsNamedAsync(UserShell shell)
    {
        (string Subject, string Text)[] expected =
        [
            ("module", "vfio-pci is not loaded"),
            ("hugepages", "none is free"),
            ("locked memory", "limited to 8192 KiB"),
            ("port", "it is bound to the kernel's driver e1000e (interface "),
        ];
        Doctor doctor = await Doctor.AskAsync(shell, Port);

        Assert.Equal(1, doctor.ExitCode);
        Assert.Equal(expected.Select(problem => problem.Subject), doctor.Problems.Select(problem => problem.Subject));
        Assert.All(expected.Zip(doctor.Problems), pair => Assert.Contains(pair.First.Text, pair.Second.Text, StringComparison.Ordinal));
        Assert.All(doctor.Problems.SelectMany(problem => problem.Remedy.Split(" && ")), remedy => Assert.Contains(remedy, Tutorial.Commands));
    }

    // Every node is root's at first; the command that bound the device gave this one away already.
    private static async Task TheLastProblemIsTheNodeAsync(UserShell shell, PciDevice nic)
    {
        Assert.Equal("vfio-pci", nic.Driver);
        await ToolRunner.RunSuccessfullyAsync("chown", "root", nic.GroupNode);
        Doctor doctor = await Doctor.AskAsync(shell, Port);
        Assert.Equal("port", Assert.Single(doctor.Problems).Subject);
        await doctor.MendAsync(shell, "port", $"this user may not open {nic.GroupNode}");

        doctor = await Doctor.AskAsync(shell, Port);
        Assert.Empty(doctor.Problems);
        Assert.Equal(0, doctor.ExitCode);
    }

    private static async Task PingsAreAnsweredAsync(UserShell shell, WirePeer peer, string command)
    {
        await shell.TypeSuccessfullyAsync($"{command} >l2fwd.log &");
        await peer.WaitForAnswerAsync(AnyAddress);
        PingResult pings = await peer.PingAsync(AnyAddress, 20);
        Assert.True(pings.Received == pings.Sent, pings.Text);
        await shell.TypeSuccessfullyAsync("kill %1 && wait %1");
    }
}
