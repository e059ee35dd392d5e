using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests.Support;

/// <summary>DPDK's testpmd in a network namespace, receiving from an interface and counting.</summary>
internal sealed partial class TestpmdReceiver : IAsyncDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly Process _process;

    private readonly string _prefix;

    private TestpmdReceiver(Process process, string prefix)
    {
        _process = process;
        _prefix = prefix;
    }

    /// <summary>Starts testpmd and waits until it receives.</summary>
    internal static async Task<TestpmdReceiver> StartAsync(string networkNamespace, string name)
    {
        ToolRunner.Require("dpdk", "dpdk-testpmd");
        string[] arguments =
        [
            "netns", "exec", networkNamespace, "stdbuf", "-oL", "dpdk-testpmd", "--no-huge", "-m", "256", "--no-pci", "--no-shconf", "--file-prefix", networkNamespace, "--lcores", "0@0,1@0",
            "--vdev", $"net_af_packet0,iface={name},framecnt=8192,framesz=2048,blocksz=65536",
            "--", "-i", "--forward-mode=rxonly", "--auto-start", "--total-num-mbufs=16384",
        ];
        var start = new ProcessStartInfo("ip", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var receiver = new TestpmdReceiver(Process.Start(start)!, networkNamespace);
        receiver._process.ErrorDataReceived += (_, _) => { };
        receiver._process.BeginErrorReadLine();
        try
        {
            await receiver.StatisticsAsync();
            return receiver;
        }
        catch
        {
            await receiver.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks again and again until so many packets have been counted, or no more come.</summary>
    internal async Task<(long Packets, long Bytes, long Missed)> WaitForAsync(long packets)
    {
        var clock = Stopwatch.StartNew();
        (long Packets, long Bytes, long Missed) statistics = await StatisticsAsync();
        while (statistics.Packets < packets && clock.Elapsed < TimeSpan.FromSeconds(10))
        {
            await Task.Delay(50);
            statistics = await StatisticsAsync();
        }

        return statistics;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await _process.StandardInput.WriteLineAsync("quit");
            try
            {
                await _process.WaitForExitAsync().WaitAsync(s_limit);
            }
            catch (TimeoutException)
            {
                _process.Kill(entireProcessTree: true);
            }
        }

        _process.Dispose();
        string runtime = $"/var/run/dpdk/{_prefix}";
        if (Directory.Exists(runtime))
        {
            // testpmd leaves its sockets and configuration behind.
            Directory.Delete(runtime, recursive: true);
        }
    }

    private async Task<(long Packets, long Bytes, long Missed)> StatisticsAsync()
    {
        await _process.StandardInput.WriteLineAsync("show port stats 0");
        while (await _process.StandardOutput.ReadLineAsync().WaitAsync(s_limit) is { } line)
        {
            Match match = Statistics().Match(line);
            if (match.Success)
            {
                return (Number(match, 1), Number(match, 3), Number(match, 2));
            }
        }

        throw new InvalidOperationException("testpmd ended before it received");
    }

    private static long Number(Match match, int group) => long.Parse(match.Groups[group].ValueSpan, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"RX-packets: (\d+)\s+RX-missed: (\d+)\s+RX-bytes:\s+(\d+)")]
    private static partial Regex Statistics();
}
