using System.ComponentModel;
using System.Diagnostics;

namespace PollIO.SideBySide.Processes;

/// <summary>Runs short commands to their end.</summary>
internal static class ToolRunner
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(30);

    /// <summary>Whether a program of this name is in the PATH.</summary>
    internal static bool Exists(string name) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin:/usr/sbin:/sbin")
            .Split(':')
            .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs a command; a program that is not there has exit code 127.</summary>
    internal static (int ExitCode, string Output) TryRun(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using Process process = Process.Start(start)!;
            process.StandardInput.Close();
            Task<string> errors = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            if (!process.WaitForExit(s_timeout))
            {
                process.Kill();
                process.WaitForExit();
                return (124, $"{program} took more than {s_timeout.TotalSeconds} s");
            }

            return (process.ExitCode, output.Result + errors.Result);
        }
        catch (Win32Exception)
        {
            return (127, $"{program} not found");
        }
    }

    /// <summary>Runs a command that must succeed.</summary>
    /// <exception cref="PollIOException">It did not.</exception>
    internal static string Run(string program, params string[] arguments)
    {
        (int exitCode, string output) = TryRun(program, arguments);
        return exitCode == 0
            ? output
            : throw new PollIOException($"run {program} {string.Join(' ', arguments)}", "set-up", $"exit code {exitCode}: {output.Trim()}");
    }
}
