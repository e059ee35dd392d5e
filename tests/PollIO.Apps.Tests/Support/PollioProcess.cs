using System.Diagnostics;
using System.Text.Json;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Support;

/// <summary>The built pollio, and long runs of l2fwd for it to look at.</summary>
internal static class PollioProcess
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    internal static string Path { get; } = AppProcess.Of("pollio").Path;

    /// <summary>Runs pollio to its end.</summary>
    internal static Task<ToolResult> RunAsync(params string[] arguments) => ToolRunner.RunAsync("dotnet", [Path, .. arguments], s_limit);

    /// <summary>Starts an app that runs until it gets a signal.</summary>
    internal static Process Start(string app, Dictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [AppProcess.Of(app).Path, .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment ?? [])
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }

    /// <summary>Sends SIGTERM and returns the JSON summary, the last line of standard output.</summary>
    internal static async Task<JsonElement> EndAsync(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        await ToolRunner.RunSuccessfullyAsync("kill", "-TERM", $"{process.Id}");
        using var deadline = new CancellationTokenSource(s_limit);
        await process.WaitForExitAsync(deadline.Token);
        return AppProcess.Summary(new ToolResult(process.ExitCode, await output, await error));
    }
}
