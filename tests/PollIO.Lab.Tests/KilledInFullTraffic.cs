using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary><c>kill -9</c> while packets move: the next start works, and so does the kernel's own driver.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
[Trait("scenario", "e1000")]
[Trait("full", "virtio")]
public sealed class KilledInFullTraffic : DriverTest
{
    [Fact]
    public async Task StartsAgainEveryTimeAndLeavesTheNicToTheKernel()
    {
        int rounds = Guest.Count(full: 20, brief: 2);
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2);
        for (int round = 0; round < rounds; round++)
        {
            await using L2fwdProcess l2fwd = await ForwardAsync("io", [Slots.Dut0, Slots.Dut1]);
            await first.WaitForAnswerAsync(second.Address4);
            await using (await Pktgen.StartAsync(first, second.Mac, count: 0))
            {
                await second.WaitForCounterAsync("rx_packets", await second.CounterAsync("rx_packets") + 1000);
                await l2fwd.KillAsync();
            }
        }

        await using (L2fwdProcess last = await ForwardAsync("io", [Slots.Dut0, Slots.Dut1]))
        {
            await first.WaitForAnswerAsync(second.Address4);
            PingResult pings = await first.PingAsync(second.Address4, 20);
            Assert.True(pings.Received == pings.Sent, pings.Text);
            await last.StopAsync();
        }

        await using WirePeer kernel = await WirePeer.CreateAsync(Slots.Dut0, 3);
        await first.WaitForAnswerAsync(kernel.Address4);
        PingResult answers = await first.PingAsync(kernel.Address4, 20);
        Assert.True(answers.Received == answers.Sent, answers.Text);
    }
}
