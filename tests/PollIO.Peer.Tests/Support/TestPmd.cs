using System.Diagnostics;
using System.Globalization;
using System.Text;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests.Support;

/// <summary>DPDK's testpmd with one virtual device, sending back what it receives. It needs no hugepages.</summary>
internal sealed class TestPmd : IAsyncDisposable
{
    private const string Program = "dpdk-testpmd";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;
    private readonly StringBuilder _log = new();

    private TestPmd(Process process) => _process = process;

    /// <summary>Skips the test without DPDK.</summary>
    internal static void Require() => ToolRunner.Require("dpdk", Program, "stdbuf");

    /// <summary>Starts it and waits until it forwards.</summary>
    /// <param name="device">The virtual device, as <c>--vdev</c> takes it.</param>
    /// <param name="queues">Queue pairs.</param>
    internal static Task<TestPmd> StartAsync(string device, int queues) => StartAsync(device, queues, [], []);

    /// <summary>Starts it as a receiver that keeps what it receives in a capture file, complete once it has ended.</summary>
    /// <param name="device">The virtual device that receives.</param>
    /// <param name="capture">The file.</param>
    /// <param name="networkNamespace">Where its interface is, or null.</param>
    internal static Task<TestPmd> StartRecordingAsync(string device, string capture, string? networkNamespace = null) =>
        StartAsync(device, queues: 1, networkNamespace is null ? [] : ["ip", "netns", "exec", networkNamespace], ["--vdev", $"net_pcap0,tx_pcap={capture}"]);

    private static async Task<TestPmd> StartAsync(string device, int queues, string[] wrapper, string[] otherDevices)
    {
        // Without a buffer for lines its output would come in blocks; files of its own let several run at once.
        // What has arrived before it forwards is forwarded too, not thrown away.
        string[] arguments =
        [
            .. wrapper, "stdbuf", "-oL", Program, "-l", "0,1", "--no-pci", "--no-huge", "-m", "256", "--no-telemetry", $"--file-prefix=pollio{Guid.NewGuid():N}", "--vdev", device, .. otherDevices,
            "--", "-i", "--auto-start", "--no-flush-rx", "--forward-mode=io", "--total-num-mbufs=16384", "--nb-cores=1", $"--rxq={queues}", $"--txq={queues}",
        ];
        var start = new ProcessStartInfo(arguments[0], arguments[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var testPmd = new TestPmd(Process.Start(start)!);
        testPmd._process.ErrorDataReceived += (_, line) => testPmd.Remember(line.Data);
        testPmd._process.BeginErrorReadLine();
        try
        {
            // Its answer to the first command says that it has started.
            await testPmd.ReadStatisticsAsync();
            return testPmd;
        }
        catch
        {
            await testPmd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Packets it has received and sent, by its own count.</summary>
    internal async Task<(long Received, long Sent)> ReadStatisticsAsync()
    {
        await WriteAsync("show port stats 0");
        long received = Number(await ReadUntilAsync("RX-packets:"));
        long sent = Number(await ReadUntilAsync("TX-packets:"));
        return (received, sent);
    }

    /// <summary>Ends it with SIGKILL, in the midst of what it does.</summary>
    internal async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
    }

    /// <summary>Asks it to end and waits; one that stays is killed.</summary>
    internal async Task QuitAsync()
    {
        if (_process.HasExited)
        {
            return;
        }

        try
        {
            await WriteAsync("quit");
            using var patience = new CancellationTokenSource(s_patience);
            while (await _process.StandardOutput.ReadLineAsync(patience.Token) is not null)
            {
            }

            await _process.WaitForExitAsync(patience.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            await KillAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await QuitAsync();
        _process.Dispose();
    }

    private static long Number(string line) =>
        long.Parse(line.Split(':')[1].Trim().Split(' ')[0], NumberStyles.None, CultureInfo.InvariantCulture);

    private async Task WriteAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
    }

    private async Task<string> ReadUntilAsync(string part)
    {
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            string? line = null;
            try
            {
                line = await _process.StandardOutput.ReadLineAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                Remember("(nothing more came in time)");
            }

            if (line is null)
            {
                Assert.Fail($"testpmd said no '{part}': {Log}");
            }

            Remember(line);
            int at = line.IndexOf(part, StringComparison.Ordinal);
            if (at >= 0)
            {
                return line[at..];
            }
        }
    }

    private string Log
    {
        get
        {
            lock (_log)
            {
                return _log.ToString();
            }
        }
    }

    private void Remember(string? line)
    {
        lock (_log)
        {
            _log.AppendLine(line);
        }
    }
}
