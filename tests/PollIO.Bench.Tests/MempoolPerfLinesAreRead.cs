using PollIO.SideBySide.Dpdk;

namespace PollIO.Bench.Tests;

public class MempoolPerfLinesAreRead
{
    // dpdk-test 22.11.11, mempool_perf_autotest.
    [Theory]
    [InlineData("mempool_autotest cache=512 cores=1 n_get_bulk=32 n_put_bulk=4 n_keep=128 constant_n=0 rate_persec=447492915", 512, 1, 32, 4, 128, false, 447492915)]
    [InlineData("mempool_autotest cache=0 cores=2 n_get_bulk=1 n_put_bulk=1 n_keep=32 constant_n=1 rate_persec=68603084", 0, 2, 1, 1, 32, true, 68603084)]
    public void ARowIsRead(string line, int cache, int cores, int get, int put, int keep, bool constant, double expected)
    {
        Assert.True(MempoolPerfParser.TryParse(line, out MempoolPerfRow row, out double rate));
        Assert.Equal(new MempoolPerfRow(cache, cores, get, put, keep, constant), row);
        Assert.Equal(expected, rate);
    }

    [Theory]
    [InlineData("start performance test (with cache)")]
    [InlineData("mempool_autotest cache=512 cores=1 n_get_bulk=32 n_put_bulk=4 n_keep=128 constant_n=0 ")]
    [InlineData("mempool_autotest cache=512 cores=1 n_get_bulk=32 n_put_bulk=4 n_keep=128 constant_n=0 mempool is not full")]
    public void OtherLinesAreNot(string line) => Assert.False(MempoolPerfParser.TryParse(line, out _, out _));
}
