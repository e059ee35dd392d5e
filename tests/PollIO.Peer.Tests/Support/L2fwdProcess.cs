using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests.Support;

/// <summary>The built l2fwd, running beside the test.</summary>
internal sealed partial class L2fwdProcess : IAsyncDisposable
{
    private const int SIGINT = 2;

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _forwards = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly string _json;

    private L2fwdProcess(Process process, string json)
    {
        _process = process;
        _json = json;
        process.OutputDataReceived += Collect;
        process.ErrorDataReceived += Collect;
    }

    internal static string Path { get; } = AppPaths.Of("l2fwd");

    /// <summary>The time it has had of CPUs so far.</summary>
    internal TimeSpan CpuTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The same by thread, for messages.</summary>
    internal string ThreadTimes => string.Join(", ", _process.Threads.Cast<ProcessThread>()
        .Select(thread => $"{File.ReadAllText($"/proc/{_process.Id}/task/{thread.Id}/comm").Trim()} {thread.TotalProcessorTime.TotalMilliseconds:F0} ms"));

    /// <summary>Starts l2fwd and waits until it polls.</summary>
    internal static Task<L2fwdProcess> StartAsync(TemporaryFolder folder, params string[] arguments) => StartUnderAsync(["dotnet"], folder, arguments);

    /// <summary>The same with a command, such as one that drops privileges, that is to run dotnet.</summary>
    internal static async Task<L2fwdProcess> StartUnderAsync(string[] command, TemporaryFolder folder, params string[] arguments)
    {
        string json = folder.PathOf("summary.json");
        var start = new ProcessStartInfo(command[0], [.. command[1..], Path, .. arguments, "--json", json])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var l2fwd = new L2fwdProcess(Process.Start(start)!, json);
        l2fwd._process.BeginOutputReadLine();
        l2fwd._process.BeginErrorReadLine();
        // An end before it polls is waited for no longer than it takes.
        await Task.WhenAny(l2fwd._forwards.Task, l2fwd._process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(120)));
        if (!l2fwd._forwards.Task.IsCompleted)
        {
            await l2fwd.DisposeAsync();
            Assert.Fail($"l2fwd did not start: {l2fwd._output}");
        }

        return l2fwd;
    }

    /// <summary>Runs l2fwd to its own end.</summary>
    internal static Task<ToolResult> RunAsync(params string[] arguments) => ToolRunner.RunAsync("dotnet", [Path, .. arguments]);

    /// <summary>Ends it as Ctrl-C does, and reads its summary.</summary>
    internal async Task<JsonElement> StopAsync()
    {
        Assert.Equal(0, Kill(_process.Id, SIGINT));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(20));
        Assert.True(_process.ExitCode == 0, $"l2fwd exited with {_process.ExitCode}: {_output}");
        return JsonDocument.Parse(await File.ReadAllTextAsync(_json)).RootElement;
    }

    /// <summary>Waits until it ends of itself.</summary>
    internal async Task<(int ExitCode, string Output)> WaitForExitAsync(TimeSpan limit)
    {
        await _process.WaitForExitAsync().WaitAsync(limit);
        return (_process.ExitCode, _output.ToString());
    }

    /// <summary>Ends it as <c>kill -9</c> does.</summary>
    internal async Task KillAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);

    private void Collect(object sender, DataReceivedEventArgs e)
    {
        lock (_output)
        {
            _output.AppendLine(e.Data);
        }

        // Announced once the lcores are about to be launched.
        if (e.Data?.Contains("polling on CPU", StringComparison.Ordinal) == true)
        {
            _forwards.TrySetResult();
        }
    }
}
