using System.Text.Json;

namespace PollIO.Lab.Tests.Support;

/// <summary>What <c>pollio doctor --json</c> said to the user of a shell.</summary>
/// <param name="ExitCode">0 or 1.</param>
/// <param name="Problems">Subject, text and remedy of each problem.</param>
internal sealed record Doctor(int ExitCode, IReadOnlyList<(string Subject, string Text, string Remedy)> Problems)
{
    internal static async Task<Doctor> AskAsync(UserShell shell, string port)
    {
        (int exitCode, string output) = await shell.TypeAsync($"pollio doctor --json --port {port}");
        Assert.True(output.StartsWith('{'), output);
        return new Doctor(
            exitCode,
            [
                .. JsonDocument.Parse(output).RootElement.GetProperty("findings").EnumerateArray()
                    .Where(finding => finding.GetProperty("severity").GetString() == "problem")
                    .Select(finding => (Text(finding, "subject"), Text(finding, "text"), Text(finding, "remedy"))),
            ]);
    }

    /// <summary>Checks that a problem is named, and runs the command that is printed for it as it is printed.</summary>
    internal async Task MendAsync(UserShell shell, string subject, string text)
    {
        Assert.Equal(1, ExitCode);
        (string Subject, string Text, string Remedy) problem = Assert.Single(Problems, problem => problem.Subject == subject);
        Assert.Contains(text, problem.Text, StringComparison.Ordinal);
        await shell.TypeSuccessfullyAsync(problem.Remedy);
    }

    private static string Text(JsonElement finding, string name) => finding.GetProperty(name).GetString() ?? "";
}
