using PollIO.SideBySide.Network;

namespace PollIO.Bench.Tests;

public class KernelCountersAreRead
{
    // ip -s -j link show dev te0 of iproute2 6.1, shortened.
    private const string Output = """
        [{"ifindex":2,"ifname":"te0","flags":["UP"],"mtu":1500,"stats64":{"rx":{"bytes":640,"packets":10,"errors":0,"dropped":0},
        "tx":{"bytes":128,"packets":2,"errors":0,"dropped":0}}}]
        """;

    [Fact]
    public void PacketsOfBothDirectionsAreRead() =>
        Assert.Equal(new InterfaceCounters(1.5, RxPackets: 10, TxPackets: 2), InterfaceCounters.Parse(Output, 1.5));

    [Fact]
    public void RateIsOfTheTimeBetween() =>
        Assert.Equal(200, new InterfaceCounters(3, 1100, 0).RxPerSecondSince(new InterfaceCounters(1, 700, 0)));
}
