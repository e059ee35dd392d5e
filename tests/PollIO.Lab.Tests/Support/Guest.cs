using System.Diagnostics;
using System.Text.Json;
using PollIO.Tests.Support;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace PollIO.Lab.Tests.Support;

/// <summary>The lab guest these tests run in, or the want of one. The guest has one CPU: nothing runs beside a test.</summary>
internal static class Guest
{
    private const string Word = "pollio.lab=";

    private static int s_requests;

    /// <summary>What tests/lab/run.sh was asked for; null outside the guest.</summary>
    internal static string? Scenario { get; } = File.ReadAllText("/proc/cmdline")
        .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
        .FirstOrDefault(word => word.StartsWith(Word, StringComparison.Ordinal))?[Word.Length..];

    /// <summary>Whether the long counts are wanted.</summary>
    internal static bool IsFull => Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1";

    private static string Share => Environment.GetEnvironmentVariable("POLLIO_LAB_SHARE") ?? throw new InvalidOperationException("POLLIO_LAB_SHARE is not set");

    /// <summary>Skips the running test outside the guest.</summary>
    internal static void Require() => Assert.SkipWhen(Scenario is null, "runs in the lab guest: tests/lab/run.sh SCENARIO");

    /// <summary>One of two counts or sizes: the issue's, or a shorter one for every day.</summary>
    internal static int Count(int full, int brief) => IsFull ? full : brief;

    /// <summary>A file in the folder that the guest and its host share.</summary>
    internal static string PathInShare(string name) => Path.Combine(Share, name);

    /// <summary>Loads kernel modules.</summary>
    internal static Task LoadAsync(params string[] modules) => ToolRunner.RunSuccessfullyAsync("modprobe", ["-a", .. modules]);

    /// <summary>Waits for a condition of the machine.</summary>
    internal static async Task WaitForAsync(Func<bool> condition, string what, int seconds = 20)
    {
        long start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(seconds), $"{what} within {seconds} s");
            await Task.Delay(20);
        }
    }

    /// <summary>Has the host give a command to QEMU's monitor (QMP), and waits for the answer.</summary>
    internal static async Task AskMonitorAsync(string command, object arguments)
    {
        string id = $"{Environment.ProcessId}-{Interlocked.Increment(ref s_requests)}";
        string request = JsonSerializer.Serialize(new { execute = command, arguments, id });
        string path = PathInShare($"request-{id}");
        await File.WriteAllTextAsync(path, request + "\n");
        File.Move(path, path + ".json");
        string? answer = null;
        await WaitForAsync(() => (answer = Answer(id)) is not null, $"QEMU's answer to {request}");
        Assert.DoesNotContain("\"error\"", answer, StringComparison.Ordinal);
    }

    private static string? Answer(string id) =>
        File.ReadLines(PathInShare("monitor.log")).FirstOrDefault(line => line.Contains($"\"id\": \"{id}\"", StringComparison.Ordinal));
}
