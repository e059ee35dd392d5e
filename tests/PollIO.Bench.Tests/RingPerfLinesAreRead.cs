using PollIO.SideBySide.Dpdk;

namespace PollIO.Bench.Tests;

public class RingPerfLinesAreRead
{
    // dpdk-test 22.11.11, ring_perf_autotest.
    private const string Output = """
        RTE>>ring_perf_autotest

        ### Testing single element enq/deq ###
        legacy APIs: SP/SC: single: 8.93
        legacy APIs: MP/MC: single: 34.27

        ### Testing burst enq/deq ###
        legacy APIs: SP/SC: burst (size: 8): 18.91
        legacy APIs: SP/SC: burst (size: 32): 41.36
        legacy APIs: MP/MC: burst (size: 8): 42.51
        legacy APIs: MP/MC: burst (size: 32): 62.29

        ### Testing bulk enq/deq ###
        legacy APIs: SP/SC: bulk (size: 8): 18.18
        legacy APIs: SP/SC: bulk (size: 32): 43.20
        legacy APIs: MP/MC: bulk (size: 8): 42.23
        legacy APIs: MP/MC: bulk (size: 32): 59.08

        ### Testing empty bulk deq ###
        legacy APIs: SP/SC: bulk (size: 8): 4.06
        legacy APIs: MP/MC: bulk (size: 8): 5.17

        ### Testing using two physical cores ###
        legacy APIs: SP/SC: bulk (size: 8): 7.60
        legacy APIs: MP/MC: bulk (size: 8): 30.63
        legacy APIs: SP/SC: bulk (size: 32): 4.22
        legacy APIs: MP/MC: bulk (size: 32): 9.15

        ### Testing using all worker nodes ###

        Bulk enq/dequeue count on size 8
        Core [0] count = 256086

        ### Testing single element enq/deq ###
        elem APIs: element size 16B: SP/SC: single: 11.50

        ### Testing using two physical cores ###
        elem APIs: element size 16B: SP/SC: bulk (size: 8): 34.02
        Test OK
        """;

    [Fact]
    public void SingleProducerLinesOfPointersAreFound()
    {
        Dictionary<RingPerfRow, double> rows = RingPerfParser.Parse(Output.Split('\n'));

        Assert.Equal(
            new Dictionary<RingPerfRow, double>
            {
                [new RingPerfRow(false, "single", 1)] = 8.93,
                [new RingPerfRow(false, "burst", 8)] = 18.91,
                [new RingPerfRow(false, "burst", 32)] = 41.36,
                [new RingPerfRow(false, "bulk", 8)] = 18.18,
                [new RingPerfRow(false, "bulk", 32)] = 43.20,
                [new RingPerfRow(true, "bulk", 8)] = 7.60,
                [new RingPerfRow(true, "bulk", 32)] = 4.22,
            },
            rows);
    }

    [Fact]
    public void OneCoreHasNoTwoCoreLines()
    {
        string oneCore = Output[..Output.IndexOf("### Testing using two", StringComparison.Ordinal)];

        Assert.DoesNotContain(RingPerfParser.Parse(oneCore.Split('\n')).Keys, row => row.TwoCores);
    }
}
