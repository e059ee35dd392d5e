using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>DPDK's dpdk-testpmd on VFIO devices: the yardstick, and a peer that is not ours.</summary>
internal sealed partial class Testpmd : IAsyncDisposable
{
    private const string Prompt = "testpmd> ";

    private static string? s_plugins;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Task _reading;
    private int _seen;

    private Testpmd(Process process)
    {
        _process = process;
        _reading = ReadAsync();
    }

    /// <summary>Starts forwarding and returns once it polls.</summary>
    /// <param name="mode">testpmd's forwarding mode.</param>
    /// <param name="devices">PCI addresses.</param>
    /// <param name="start">"start", or "start tx_first" to send a burst from each port before.</param>
    /// <param name="options">More of testpmd's options.</param>
    internal static async Task<Testpmd> StartAsync(string mode, IEnumerable<string> devices, string start = "start", params string[] options)
    {
        await UseFewPluginsAsync();

        // One emulated CPU: both lcores on it, the main one asleep at its prompt. Lines must be out before the prompt that follows them.
        string[] arguments =
        [
            "-oL", "dpdk-testpmd",
            "--lcores", "0@0,1@0", .. devices.SelectMany(device => (string[])["-a", device]), "--in-memory", "--no-telemetry", "--log-level=eal,warning",
            "--", "-i", "--nb-cores=1", "--total-num-mbufs=8192", "--no-lsc-interrupt", $"--forward-mode={mode}", .. options,
        ];
        var command = new ProcessStartInfo("stdbuf", arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        var testpmd = new Testpmd(Process.Start(command)!);
        try
        {
            await testpmd.WaitForPromptAsync();
            await testpmd.AskAsync(start);
            return testpmd;
        }
        catch
        {
            await testpmd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Types a command and returns what it prints.</summary>
    internal async Task<string> AskAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync(command);
        await _process.StandardInput.FlushAsync();
        return await WaitForPromptAsync();
    }

    /// <summary>Packets received and sent by all ports since the start.</summary>
    internal async Task<(long Received, long Sent)> CountAsync()
    {
        string text = await AskAsync("show port stats all");
        return (Sum(Received(), text), Sum(Sent(), text));
    }

    /// <summary>Packets a second, over some seconds.</summary>
    internal async Task<(double Received, double Sent)> MeasureAsync(TimeSpan time)
    {
        (long receivedBefore, long sentBefore) = await CountAsync();
        long start = Stopwatch.GetTimestamp();
        await Task.Delay(time);
        (long received, long sent) = await CountAsync();
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return ((received - receivedBefore) / seconds, (sent - sentBefore) / seconds);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            await _process.StandardInput.WriteLineAsync("quit");
            await _process.StandardInput.FlushAsync();
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(10)));
            if (!_process.HasExited)
            {
                _process.Kill();
                await _process.WaitForExitAsync();
            }
        }

        await _reading;
        _process.Dispose();
    }

    // All of Debian's plug-ins take the emulator many seconds to load: a folder of the few needed is mounted over theirs, once.
    private static async Task UseFewPluginsAsync()
    {
        if (s_plugins is not null)
        {
            return;
        }

        string folder = Directory.GetDirectories("/usr/lib/x86_64-linux-gnu/dpdk", "pmds-*").Single();
        string version = folder[(folder.LastIndexOf('-') + 1)..].Split('.')[0];
        string few = Directory.CreateTempSubdirectory("plugins-").FullName;
        string linked = await ToolRunner.RunSuccessfullyAsync("ldd", ToolRunner.Find("dpdk-testpmd")!);
        IEnumerable<string> needed = Library().Matches(linked).Select(match => match.Value)
            .Concat(((string[])["bus_pci", "bus_vdev", "mempool_ring", "net_e1000", "net_virtio"]).Select(name => $"librte_{name}.so.{version}"));
        foreach (string name in needed.Distinct().Where(name => File.Exists(Path.Combine(folder, name))))
        {
            File.Copy(Path.Combine(folder, name), Path.Combine(few, name));

            // Both names are used: the first by the program's own links, the second by the search for drivers.
            File.CreateSymbolicLink(Path.Combine(few, name[..name.LastIndexOf('.')]), name);
        }

        await ToolRunner.RunSuccessfullyAsync("mount", "--bind", few, folder);
        s_plugins = few;
    }

    private static long Sum(Regex pattern, string text) => pattern.Matches(text).Sum(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    private async Task<string> WaitForPromptAsync()
    {
        string text = string.Empty;
        await Guest.WaitForAsync(() => HasPrompt(out text) || _process.HasExited, "testpmd's prompt", seconds: 60);
        Assert.False(_process.HasExited, $"testpmd ended: {_output}");
        return text;
    }

    private bool HasPrompt(out string text)
    {
        lock (_output)
        {
            text = _output.ToString(_seen, _output.Length - _seen);
            int end = text.LastIndexOf(Prompt, StringComparison.Ordinal);
            if (end < 0)
            {
                return false;
            }

            _seen += end + Prompt.Length;
            return true;
        }
    }

    private Task ReadAsync() => Task.WhenAll(CollectAsync(_process.StandardOutput), CollectAsync(_process.StandardError));

    private async Task CollectAsync(StreamReader reader)
    {
        char[] buffer = new char[4096];
        for (int count = await reader.ReadAsync(buffer); count != 0; count = await reader.ReadAsync(buffer))
        {
            lock (_output)
            {
                _output.Append(buffer, 0, count);
            }
        }
    }

    [GeneratedRegex(@"librte_[a-z0-9_]*\.so\.\d+")]
    private static partial Regex Library();

    [GeneratedRegex(@"RX-packets: (\d+)")]
    private static partial Regex Received();

    [GeneratedRegex(@"TX-packets: (\d+)")]
    private static partial Regex Sent();
}
