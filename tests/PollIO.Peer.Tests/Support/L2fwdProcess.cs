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

    /// <summary>The application, of the configuration the test was built with.</summary>
    internal static string Path
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd('/'));
            string configuration = folder.Parent!.Name;
            string root = folder.Parent.Parent!.Parent!.Parent!.Parent!.FullName;
            return System.IO.Path.Combine(root, "apps", "l2fwd", "bin", configuration, folder.Name, "l2fwd.dll");
        }
    }

    /// <summary>Starts l2fwd and waits until it polls.</summary>
    internal static async Task<L2fwdProcess> StartAsync(TemporaryFolder folder, params string[] arguments)
    {
        string json = folder.PathOf("summary.json");
        var start = new ProcessStartInfo("dotnet", [Path, .. arguments, "--json", json])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var l2fwd = new L2fwdProcess(Process.Start(start)!, json);
        l2fwd._process.BeginOutputReadLine();
        l2fwd._process.BeginErrorReadLine();
        try
        {
            await l2fwd._forwards.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }
        catch (TimeoutException)
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

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

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
