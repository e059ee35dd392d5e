using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.L2fwd;

[Collection(ProcessTests.Name)]
public sealed class WrongCommandLinesEndInOneLine
{
    [Theory]
    [InlineData("no option '--bogus'", "--bogus")]
    [InlineData("'eth0' is no option", "eth0")]
    [InlineData("--mode fast: one of l2, io, mac, macswap, icmpecho, rxonly, txonly is wanted", "--mode", "fast")]
    [InlineData("--mode 1: one of", "--mode", "1")]
    [InlineData("--burst 0: a whole number from 1 to 512", "--burst", "0")]
    [InlineData("--burst 100000: a whole number from 1 to 512", "--burst", "100000")]
    [InlineData("--burst 3.5", "--burst", "3.5")]
    [InlineData("--size 10: a whole number from 60", "--size", "10")]
    [InlineData("--size 99999", "--size=99999")]
    [InlineData("--queues 0", "--queues", "0", "--port", "null:")]
    [InlineData("--queues needs a --port", "--queues", "2")]
    [InlineData("--mode rxonly needs a --port", "--mode", "rxonly")]
    [InlineData("--eth-peer 0,zz", "--eth-peer", "0,zz")]
    [InlineData("--eth-peer 0", "--eth-peer", "0")]
    [InlineData("a station's address", "--eth-peer", "0,ff:ff:ff:ff:ff:ff")]
    [InlineData("there is no port 7", "--eth-peer", "7,02:00:00:00:00:01")]
    [InlineData("port 0 has a peer already", "--eth-peer", "0,02:00:00:00:00:01", "--eth-peer", "0,02:00:00:00:00:02")]
    [InlineData("--duration 0", "--duration", "0")]
    [InlineData("--duration -1", "--duration", "-1")]
    [InlineData("--duration NaN", "--duration", "NaN")]
    [InlineData("0.1 seconds is the shortest", "--interval", "0.01")]
    [InlineData("for example 2.5; 0 for none", "--interval", "-1")]
    [InlineData("--port needs a port spec", "--port")]
    [InlineData("--port needs a port spec", "--port", "--mode", "io")]
    [InlineData("--port needs a port spec", "--port", "")]
    [InlineData("there is no ':' after the driver", "--port", "eth0")]
    [InlineData("'size' is not key=value", "--port", "null:?size")]
    [InlineData("cannot run on CPU 1023", "--cores", "1023")]
    [InlineData("names a CPU twice", "--cores", "0,0")]
    [InlineData("'a' is no CPU number", "--cores", "a")]
    [InlineData("--cores is given twice", "--cores", "0", "--cores", "0")]
    [InlineData("--idle sleep: one of spin, pause, yield, interrupt is wanted", "--idle", "sleep")]
    [InlineData("the embedded generator never pauses", "--idle", "interrupt")]
    [InlineData("txonly receives none", "--idle", "interrupt", "--mode", "txonly", "--port", "null:")]
    [InlineData("--tx-retry -1: a whole number from 0 to 10000000", "--tx-retry", "-1")]
    [InlineData("--mode rxonly does not", "--tx-retry", "10", "--mode", "rxonly", "--port", "null:")]
    [InlineData("--mode txonly does not", "--tx-retry", "10", "--mode", "txonly", "--port", "null:")]
    [InlineData("--idle interrupt sleeps", "--tx-retry", "10", "--idle", "interrupt", "--port", "null:")]
    [InlineData("--mtu 67: a whole number from 68", "--mtu", "67")]
    [InlineData("--json needs a file", "--json")]
    [InlineData("--no-promisc takes no value", "--no-promisc=yes")]
    public Task UsageExitsWith2(string expected, params string[] arguments) => AssertOneLineAsync(2, expected, arguments);

    [Theory]
    [InlineData("there is no driver 'nope'; there are", "--port", "nope:")]
    [InlineData("driver 'memif' is not built yet", "--port", "memif:/run/x.sock")]
    [InlineData("driver 'null' has no key 'colour'; it takes size", "--port", "null:?colour=red")]
    [InlineData("size=1: a whole number from 14", "--port", "null:?size=1")]
    [InlineData("'null:' takes no address", "--port", "null:eth0")]
    [InlineData("the address is missing", "--port", "ring:")]
    [InlineData("both ends of wire 'x' are taken", "--port", "ring:x", "--port", "ring:x", "--port", "ring:x")]
    [InlineData("RX queues: 32 is outside 0 to 16", "--port", "ring:x", "--queues", "32")]
    [InlineData("null:: sleep until packets arrive: the port has no receive interrupts", "--port", "null:", "--idle", "interrupt")]
    [InlineData("/nonexistent/summary.json: write JSON summary: there is no folder /nonexistent; mkdir -p /nonexistent", "--json", "/nonexistent/summary.json")]
    [InlineData("192.0.2.1:9090: serve metrics: cannot listen there", "--metrics", "192.0.2.1:9090", "--port", "null:")]
    [InlineData("ip address shows those that are", "--metrics", "192.0.2.1:9090", "--port", "null:")]
    [InlineData("/: write JSON summary", "--json", "/")]
    [InlineData("/nonexistent/x.pcapng: create capture", "--capture", "/nonexistent/x.pcapng")]
    public Task FailureExitsWith1(string expected, params string[] arguments) =>
        AssertOneLineAsync(1, expected, [.. arguments, "--duration", "0.5", "--interval", "0"]);

    [Fact]
    public async Task JsonThatCannotBeWrittenFailsTheRun()
    {
        ToolResult result = await AppProcess.L2fwd.RunAsync("--json", "/dev/full", "--duration", "0.3", "--interval", "0");

        Assert.Equal(1, result.ExitCode);
        Assert.StartsWith("l2fwd: /dev/full: write JSON summary: No space left on device", result.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task RunThatFailsLeavesNoJsonFile()
    {
        using var folder = new TemporaryFolder();
        string path = folder.PathOf("summary.json");

        await AssertOneLineAsync(1, "there is no driver", "--port", "nope:", "--json", path);

        Assert.False(File.Exists(path));
    }

    [Fact]
    public Task HelpNamesEveryOptionInEightyColumns() => CommandLineAssert.HelpNamesAsync(
        AppProcess.L2fwd,
        "--port", "--mode", "--cores", "--queues", "--burst", "--tx-retry", "--size", "--eth-peer", "--no-promisc", "--duration", "--interval",
        "--capture", "--json", "--help", "--version");

    [Fact]
    public async Task VersionIsOneLine()
    {
        ToolResult result = await AppProcess.L2fwd.RunAsync("--version");

        Assert.Matches(@"^l2fwd \d+\.\d+\.\d+\n$", result.Output);
        Assert.Equal(0, result.ExitCode);
    }

    private static Task AssertOneLineAsync(int exitCode, string expected, params string[] arguments) =>
        CommandLineAssert.EndsInOneLineAsync(AppProcess.L2fwd, exitCode, expected, arguments);
}
