using System.ComponentModel;
using System.Diagnostics;

namespace PollIO.Tests.Support;

/// <summary>Runs other programs for tests: by argument vector, with a time limit, both outputs captured.</summary>
internal static class ToolRunner
{
    private static readonly TimeSpan DefaultLimit = TimeSpan.FromSeconds(60);

    /// <summary>Skips the running test unless every one of <paramref name="tools"/> is on the path.</summary>
    internal static void Require(string package, params string[] tools)
    {
        string[] missing = [.. tools.Where(tool => Find(tool) is null)];
        Assert.SkipWhen(missing.Length > 0, $"{string.Join(", ", missing)} not found: apt-get install {package}");
    }

    /// <summary>Where a program is, or null.</summary>
    internal static string? Find(string tool)
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries);
        return folders.Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
    }

    /// <summary>Runs a program to its end and kills it, and what it started, when the limit passes.</summary>
    internal static async Task<ToolResult> RunAsync(string tool, IEnumerable<string> arguments, TimeSpan? limit = null)
    {
        TimeSpan patience = limit ?? DefaultLimit;
        var start = new ProcessStartInfo(tool, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment["TZ"] = "UTC";

        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start");
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            Kill(process);
            throw new TimeoutException($"{tool} did not end within {patience.TotalSeconds:F0} s");
        }

        return new ToolResult(process.ExitCode, await output, await error);
    }

    /// <summary>The same, and fails the test unless the program exits with 0.</summary>
    internal static async Task<string> RunSuccessfullyAsync(string tool, params string[] arguments)
    {
        ToolResult result = await RunAsync(tool, arguments);
        Assert.True(result.ExitCode == 0, $"{tool} {string.Join(' ', arguments)} exited with {result.ExitCode}: {result.Error}");
        return result.Output;
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            Debug.WriteLine($"the process ended before it was killed: {e.Message}");
        }
    }
}
