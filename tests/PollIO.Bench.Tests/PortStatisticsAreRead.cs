using PollIO.SideBySide.Dpdk;

namespace PollIO.Bench.Tests;

public class PortStatisticsAreRead
{
    // dpdk-testpmd 22.11.11, two net_null ports.
    private const string Output = """
        testpmd> show port stats all

          ######################## NIC statistics for port 0  ########################
          RX-packets: 140583040  RX-missed: 0          RX-bytes:  0
          RX-errors: 0
          RX-nombuf:  0         
          TX-packets: 140048480  TX-errors: 0          TX-bytes:  0

          Throughput (since last show)
          Rx-pps:     52928285          Rx-bps:            0
          Tx-pps:     52928284          Tx-bps:            0
          ############################################################################

          ######################## NIC statistics for port 1  ########################
          RX-packets: 140477056  RX-missed: 0          RX-bytes:  0
          RX-errors: 0
          RX-nombuf:  0         
          TX-packets: 140048512  TX-errors: 0          TX-bytes:  0

          Throughput (since last show)
          Rx-pps:     52927473          Rx-bps:            0
          Tx-pps:     52927472          Tx-bps:            0
          ############################################################################
        """;

    [Fact]
    public void EveryPortIsFound()
    {
        var parser = new PortStatsParser();
        Feed(parser, Output);

        Assert.Equal(
            [new PortReading(0, 140583040, 140048480, 52928285, 52928284), new PortReading(1, 140477056, 140048512, 52927473, 52927472)],
            parser.Ports);
    }

    [Fact]
    public void APortCountsOnceItsBlockHasEnded()
    {
        var parser = new PortStatsParser();
        Feed(parser, Output[..Output.LastIndexOf("  ####", StringComparison.Ordinal)]);

        Assert.Equal(0, Assert.Single(parser.Ports).Port);
    }

    [Fact]
    public void OtherOutputIsPassedOver()
    {
        var parser = new PortStatsParser();
        Feed(parser, "EAL: Detected CPU lcores: 2\n  RX-packets: 5\n  ##########################\n");

        Assert.Empty(parser.Ports);
    }

    private static void Feed(PortStatsParser parser, string text)
    {
        foreach (string line in text.Split('\n'))
        {
            parser.Feed(line);
        }
    }
}
