using System.Diagnostics;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>A shell that somebody types into, as root or as an ordinary user with sudo; <c>pollio</c> and <c>l2fwd</c> are on its path.</summary>
internal sealed class UserShell : IAsyncDisposable
{
    /// <summary>The ordinary user.</summary>
    internal const string User = "nobody";

    private const string EndMark = "=== exit code ";

    // A kernel's usual limit on memory an ordinary user locks.
    private const string MemoryLock = "--memlock=8388608:8388608";

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly Process _process;

    private UserShell(Process process) => _process = process;

    internal static UserShell Start(string user = "root")
    {
        InstallCommand("pollio");
        InstallCommand("l2fwd");
        string[] command = user == "root" ? ["bash"] : ["prlimit", MemoryLock, "setpriv", "--reuid", user, "--regid", "nogroup", "--clear-groups", "bash"];
        AllowSudo(user);
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = "/tmp" };
        start.Environment["USER"] = user;
        start.Environment["HOME"] = "/tmp";
        return new UserShell(Process.Start(start)!);
    }

    /// <summary>Types a command and waits for its end.</summary>
    /// <returns>Its exit code, and what it printed on both streams.</returns>
    internal async Task<(int ExitCode, string Output)> TypeAsync(string command)
    {
        await _process.StandardInput.WriteLineAsync($"{{ {command}\n}} </dev/null 2>&1; echo \"{EndMark}$?\"");
        await _process.StandardInput.FlushAsync();
        var output = new List<string>();
        while (true)
        {
            string line = await _process.StandardOutput.ReadLineAsync().WaitAsync(s_patience) ?? throw new EndOfStreamException($"the shell ended at: {command}");
            int mark = line.IndexOf(EndMark, StringComparison.Ordinal);
            if (mark >= 0)
            {
                output.Add(line[..mark]);
                return (int.Parse(line.AsSpan(mark + EndMark.Length)), string.Join('\n', output));
            }

            output.Add(line);
        }
    }

    /// <summary>The same, and fails the test unless it exits with 0.</summary>
    internal async Task<string> TypeSuccessfullyAsync(string command)
    {
        (int exitCode, string output) = await TypeAsync(command);
        Assert.True(exitCode == 0, $"{command} exited with {exitCode}: {output}");
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().WaitAsync(s_patience);
        _process.Dispose();
    }

    // The guest's files are its own: what is written here is gone with it.
    private static void InstallCommand(string app) =>
        InstallScript(app, $"exec {ToolRunner.Find("dotnet")} {AppPaths.Of(app)} \"$@\"");

    /// <summary>Puts a shell script on everybody's path, also on that of sudo.</summary>
    internal static void InstallScript(string name, string text)
    {
        string path = $"/usr/local/bin/{name}";
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
    }

    private static void AllowSudo(string user)
    {
        ToolRunner.Require("sudo", "sudo");

        // Otherwise sudo asks for the address of a machine that nobody knows.
        File.WriteAllText("/etc/hosts", $"127.0.0.1 localhost {Environment.MachineName}\n");
        File.Delete("/etc/sudoers");
        File.WriteAllText("/etc/sudoers", $"Defaults secure_path=\"/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\"\n{user} ALL=(ALL) NOPASSWD: ALL\n");
        File.SetUnixFileMode("/etc/sudoers", UnixFileMode.UserRead | UnixFileMode.GroupRead);
    }
}
