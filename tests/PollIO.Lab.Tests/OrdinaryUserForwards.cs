using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>Not root: the group's node, a hugetlbfs and a memory lock limit are all it takes.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
public sealed class OrdinaryUserForwards : DriverTest
{
    private const string Nobody = "65534";

    [Fact]
    public async Task WithTheGroupsNodeHugepagesAndMemlock()
    {
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        var nic = new PciDevice(Slots.Dut0);
        await nic.BindToVfioAsync();
        await ToolRunner.RunSuccessfullyAsync("chown", Nobody, nic.GroupNode, Hugepages.Mount, PathOf("."));
        try
        {
            string[] user = ["prlimit", "--memlock=unlimited:unlimited", "setpriv", "--reuid", Nobody, "--regid", Nobody, "--clear-groups", "dotnet"];
            await using L2fwdProcess l2fwd = await ForwardUnderAsync(user, "icmpecho", [Slots.Dut0]);
            await peer.WaitForAnswerAsync(AnyAddress4);

            PingResult pings = await peer.PingAsync(AnyAddress4, 50);

            Assert.True(pings.Received == pings.Sent, pings.Text);
            await l2fwd.StopAsync();
        }
        finally
        {
            await ToolRunner.RunSuccessfullyAsync("chown", "0", Hugepages.Mount);
        }
    }
}
