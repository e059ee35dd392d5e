using PollIO.Apps.Common.CommandLine;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Support;

/// <summary>What every app does with its command line.</summary>
internal static class CommandLineAssert
{
    private const int Columns = 80;

    /// <summary>The parser refuses a command line in one line that says <paramref name="expected"/>.</summary>
    internal static void IsRefused(string expected, Action parse)
    {
        UsageException refusal = Assert.Throws<UsageException>(parse);

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    /// <summary>The app ends with a code and one line that begins with its name and says <paramref name="expected"/>.</summary>
    internal static async Task EndsInOneLineAsync(AppProcess app, int exitCode, string expected, params string[] arguments)
    {
        ToolResult result = await app.RunAsync(arguments);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(expected, result.Error, StringComparison.Ordinal);
        Assert.StartsWith($"{app.Name}: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(result.Error.Length - 1, result.Error.IndexOf('\n', StringComparison.Ordinal));
    }

    /// <summary>The app's help names options, and fits a terminal of 80 columns.</summary>
    internal static async Task HelpNamesAsync(AppProcess app, params string[] options)
    {
        ToolResult result = await app.RunAsync("--help");

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.All(options, option => Assert.Contains(option, result.Output, StringComparison.Ordinal));
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(line.Length, 0, Columns));
    }
}
