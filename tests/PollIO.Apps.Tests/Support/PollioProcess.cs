using System.Diagnostics;
using System.Text.Json;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Support;

/// <summary>The built pollio, and long runs of l2fwd for it to look at.</summary>
internal static class PollioProcess
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(90);

    internal static string Path { get; } = PathOf("pollio");

    /// <summary>Runs pollio to its end.</summary>
    internal static Task<ToolResult> RunAsync(params string[] arguments) => ToolRunner.RunAsync("dotnet", [Path, .. arguments], s_limit);

    /// <summary>Starts an app that runs until it gets a signal.</summary>
    internal static Process Start(string app, Dictionary<string, string>? environment, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", [PathOf(app), .. arguments]) { RedirectStandardOutput = true, RedirectStandardError = true };
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
        Assert.True(process.ExitCode == 0, $"exit code {process.ExitCode}: {await error}");
        return JsonDocument.Parse((await output).TrimEnd('\n').Split('\n')[^1]).RootElement.Clone();
    }

    private static string PathOf(string app)
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        string framework = folder.Name;
        string configuration = folder.Parent!.Name;
        while (!File.Exists(System.IO.Path.Combine(folder.FullName, "PollIO.sln")))
        {
            folder = folder.Parent ?? throw new DirectoryNotFoundException("PollIO.sln is above the tests");
        }

        return System.IO.Path.Combine(folder.FullName, "apps", app, "bin", configuration, framework, $"{app}.dll");
    }
}
