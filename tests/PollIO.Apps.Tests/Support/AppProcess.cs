using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Support;

/// <summary>A built app as a process of its own.</summary>
internal sealed partial class AppProcess
{
    internal const int HangUp = 1;
    internal const int Interrupt = 2;
    internal const int Terminate = 15;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    private AppProcess(string name) => (Name, Path) = (name, FindApp(name));

    /// <summary>Any of them.</summary>
    internal static AppProcess Of(string name) => new(name);

    internal static AppProcess L2fwd { get; } = new("l2fwd");

    internal static AppProcess Pktgen { get; } = new("pktgen");

    internal static AppProcess Latency { get; } = new("latency");

    internal string Name { get; }

    /// <summary>apps/NAME/bin/CONFIGURATION/net10.0/NAME.dll, of the configuration the tests are built in.</summary>
    internal string Path { get; }

    /// <summary>Runs to the end.</summary>
    internal Task<ToolResult> RunAsync(params string[] arguments) => ToolRunner.RunAsync("dotnet", [Path, .. arguments], s_limit);

    /// <summary>Runs to the end with a JSON summary and returns it; everything went well.</summary>
    internal async Task<JsonElement> SummaryOfAsync(params string[] arguments) =>
        Summary(await RunAsync([.. arguments, "--interval", "0", "--json", "-"]));

    /// <summary>The JSON summary, which is the last line of standard output, of a run in which everything went well.</summary>
    internal static JsonElement Summary(ToolResult result)
    {
        Assert.True(result.ExitCode == 0, $"exit code {result.ExitCode}: {result.Error}");
        return JsonDocument.Parse(LastLine(result.Output)).RootElement.Clone();
    }

    /// <summary>Runs, sends the signals some time after the process has begun to take them, and waits for the end.</summary>
    /// <param name="signals">Sent one right after the other.</param>
    /// <param name="after">Counted from the moment from which no signal ends the process by itself.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>What it left, and how long it took from the first signal to the end.</returns>
    internal async Task<(ToolResult Result, TimeSpan ToEnd)> SignalAsync(int[] signals, TimeSpan after, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [Path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        try
        {
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            Task<string> error = process.StandardError.ReadToEndAsync();
            await TakesSignalsAsync(process);
            await Task.Delay(after);
            var clock = Stopwatch.StartNew();
            foreach (int signal in signals)
            {
                Assert.Equal(0, Kill(process.Id, signal));
            }

            using var deadline = new CancellationTokenSource(s_limit);
            await process.WaitForExitAsync(deadline.Token);
            return (new ToolResult(process.ExitCode, await output, await error), clock.Elapsed);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill();
            }
        }
    }

    internal static string LastLine(string text) => text.TrimEnd('\n').Split('\n')[^1];

    // Before the first line of Main a signal does what it does to every process. The runtime itself catches SIGINT and SIGTERM even
    // earlier; SIGHUP is the last that an app registers, so that it shows when all are.
    private static async Task TakesSignalsAsync(Process process)
    {
        const ulong HangUpBit = 1UL << (HangUp - 1);
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < s_limit)
        {
            string caught = File.ReadLines($"/proc/{process.Id}/status").First(line => line.StartsWith("SigCgt:", StringComparison.Ordinal));
            ulong mask = ulong.Parse(caught.AsSpan(7).Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if ((mask & HangUpBit) != 0)
            {
                return;
            }

            await Task.Delay(2);
        }

        throw new TimeoutException("the app never began to take signals");
    }

    private static string FindApp(string name)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        string framework = folder.Name;
        string configuration = folder.Parent!.Name;
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "PollIO.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("PollIO.sln is above the tests");
        }

        return System.IO.Path.Combine(folder.FullName, "apps", name, "bin", configuration, framework, $"{name}.dll");
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
