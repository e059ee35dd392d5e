using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace PollIO.Peer.Tests.Support;

/// <summary>The built echo application, running beside the test.</summary>
internal sealed partial class EchoProcess : IAsyncDisposable
{
    private const int SIGTERM = 15;

    private readonly Process _process;
    private readonly StringBuilder _errors = new();
    private readonly TaskCompletionSource _serves = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private EchoProcess(Process process)
    {
        _process = process;
        process.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                _errors.AppendLine(line.Data);
            }

            if (line.Data?.Contains("serving", StringComparison.Ordinal) == true)
            {
                _serves.TrySetResult();
            }
        };
    }

    /// <summary>Starts it and waits until it serves.</summary>
    internal static async Task<EchoProcess> StartAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [AppPaths.Of("echo"), .. arguments, "--json", "-"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var echo = new EchoProcess(Process.Start(start)!);
        echo._process.BeginErrorReadLine();

        // An end before it serves is waited for no longer than it takes.
        await Task.WhenAny(echo._serves.Task, echo._process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(120)));
        if (!echo._serves.Task.IsCompleted)
        {
            await echo.DisposeAsync();
            Assert.Fail($"echo did not start: {echo._errors}");
        }

        return echo;
    }

    /// <summary>Ends it as a service manager does, and reads its summary.</summary>
    internal async Task<JsonElement> StopAsync()
    {
        Assert.Equal(0, Kill(_process.Id, SIGTERM));
        string summary = await _process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
        Assert.True(_process.ExitCode == 0, $"echo exited with {_process.ExitCode}: {_errors}");
        return JsonDocument.Parse(summary).RootElement;
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
}
