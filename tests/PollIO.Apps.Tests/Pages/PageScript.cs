using System.Diagnostics;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Pages;

/// <summary>
/// Runs the commands of a block by bash, as a reader would in a clone that is built: in a folder that shows what is in the
/// repository's root, with the apps on the path. What the commands write there goes with the test.
/// </summary>
internal sealed class PageScript : IDisposable
{
    private const string Interfaces = """
        for name in eth1 eth2; do [ $name = eth2 ] || ip link add eth1 type veth peer name eth2; echo 1 >/proc/sys/net/ipv6/conf/$name/disable_ipv6; done
        ip link set eth1 up && ip link set eth2 up

        """;

    private static readonly string[] s_apps = ["l2fwd", "pktgen", "latency", "pollio"];
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(3);

    // How long a reader watches who then presses Ctrl-C.
    private static readonly TimeSpan s_watched = TimeSpan.FromSeconds(2);

    private readonly TemporaryFolder _folder = new();
    private readonly PageBlock _block;

    private PageScript(PageBlock block) => _block = block;

    internal static async Task<PageScript> CreateAsync(PageBlock block)
    {
        var script = new PageScript(block);
        Directory.CreateDirectory(script._folder.PathOf("clone"));
        foreach (string path in Directory.EnumerateFileSystemEntries(PageBlock.Root).Where(path => !Path.GetFileName(path).StartsWith('.')))
        {
            File.CreateSymbolicLink(script._folder.PathOf($"clone/{Path.GetFileName(path)}"), path);
        }

        // What is built is run: building here would write beside the tests.
        string dotnet = ToolRunner.Find("dotnet")!;
        await script.InstallAsync("dotnet", $"[ \"$1\" != run ] || {{ shift; set -- run --no-build \"$@\"; }}\nexec '{dotnet}' \"$@\"\n");
        foreach (string app in s_apps)
        {
            await script.InstallAsync(app, $"exec dotnet '{AppProcess.Of(app).Path}' \"$@\"\n");
        }

        return script;
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>Runs the commands in a process group of their own, and presses Ctrl-C where the block says so.</summary>
    internal async Task<ToolResult> RunAsync()
    {
        bool network = _block.Marks.Contains("interfaces");
        string text = $"cd '{_folder.PathOf("clone")}' && PATH='{_folder.PathOf(".")}':$PATH\nset -euo pipefail\n{(network ? Interfaces : "")}{_block.Text}";
        string[] wrapper = network ? ["unshare", "--net"] : [];
        var start = new ProcessStartInfo("setsid", [.. wrapper, "bash", "-c", text])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        process.StandardInput.Close();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using var deadline = new CancellationTokenSource(s_limit);
        try
        {
            string first = _block.Marks.Contains("ctrl-c") ? await InterruptAsync(process, deadline.Token) : "";
            string output = first + await process.StandardOutput.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            return new ToolResult(process.ExitCode, output, await error);
        }
        finally
        {
            // Whatever still runs belongs to the group, whose number is the script's.
            await ToolRunner.RunAsync("kill", ["-KILL", "--", $"-{process.Id}"]);
        }
    }

    // An app's first line comes after it began to take signals.
    private static async Task<string> InterruptAsync(Process process, CancellationToken deadline)
    {
        string first = $"{await process.StandardOutput.ReadLineAsync(deadline)}\n";
        await Task.Delay(s_watched, deadline);
        await ToolRunner.RunAsync("kill", ["-INT", "--", $"-{process.Id}"]);
        return first;
    }

    private async Task InstallAsync(string name, string script)
    {
        string path = _folder.PathOf(name);
        await File.WriteAllTextAsync(path, $"#!/bin/sh\n{script}");
        await ToolRunner.RunSuccessfullyAsync("chmod", "755", path);
    }
}
