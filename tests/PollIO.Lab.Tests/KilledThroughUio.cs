using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary><c>kill -9</c> while NICs without an IOMMU move packets: until the next start, what they wrote to is nobody else's.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
public sealed class KilledThroughUio : DriverTest
{
    private readonly PciDevice[] _nics = [new(Slots.Dut0), new(Slots.Dut1)];

    private static string[] Folders => Directory.GetDirectories(Hugepages.Mount, "pollio-uio-*");

    [Fact]
    public async Task HugepagesStayTakenUntilTheNextStart()
    {
        await using WirePeer first = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using WirePeer second = await WirePeer.CreateAsync(Slots.Peer1, 2);
        using var files = new TemporaryFolder();
        try
        {
            foreach (PciDevice nic in _nics)
            {
                await nic.BindToUioAsync();
            }

            int free = await KillAsync(files, first, second);
            string folder = Assert.Single(Folders);
            string[] names = [.. Directory.GetFiles(folder).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];
            Assert.Equal([$"device-{Slots.Dut0}", $"device-{Slots.Dut1}", "pages-0"], names);
            Assert.Equal(free, Hugepages.Free);

            await using (L2fwdProcess next = await ForwardAsync(files))
            {
                await first.WaitForAnswerAsync(second.Address4);
                Assert.NotEqual(folder, Assert.Single(Folders));
                Assert.Equal(free, Hugepages.Free);
                PingResult pings = await first.PingAsync(second.Address4, 20);
                Assert.True(pings.Received == pings.Sent, pings.Text);
                await next.StopAsync();
            }

            Assert.Empty(Folders);
        }
        finally
        {
            Array.ForEach(_nics, nic => nic.UnbindFromUio());
        }
    }

    /// <returns>The hugepages that were free while packets moved.</returns>
    private async Task<int> KillAsync(TemporaryFolder files, WirePeer first, WirePeer second)
    {
        await using L2fwdProcess l2fwd = await ForwardAsync(files);
        await first.WaitForAnswerAsync(second.Address4);
        int free = Hugepages.Free;
        await using (await Pktgen.StartAsync(first, second.Mac, count: 0))
        {
            await second.WaitForCounterAsync("rx_packets", await second.CounterAsync("rx_packets") + 1000);
            await l2fwd.KillAsync();
        }

        return free;
    }

    private static Task<L2fwdProcess> ForwardAsync(TemporaryFolder files) =>
        L2fwdProcess.StartAsync(files, "--port", $"uio:{Slots.Dut0}", "--port", $"uio:{Slots.Dut1}", "--mode", "io", "--interval", "0");
}
