using System.Globalization;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Network;

/// <summary>
/// Three network namespaces in a row, joined by veth pairs: a generator, the engine under test, a sink. Nothing outside them is
/// touched, and they go when this is disposed.
/// </summary>
internal sealed class VethLab : IDisposable
{
    internal const string GeneratorInterface = "out0";
    internal const string EngineInterface0 = "eng0";
    internal const string EngineInterface1 = "eng1";
    internal const string SinkInterface = "in0";

    private const string Prefix = "pollio-bench-";

    private VethLab(string name) => (Generator, Engine, Sink) = ($"{name}-gen", $"{name}-eng", $"{name}-sink");

    internal string Generator { get; }

    internal string Engine { get; }

    internal string Sink { get; }

    /// <summary>Why there can be no such namespaces, or null.</summary>
    internal static string? Missing =>
        !Environment.IsPrivilegedProcess ? "network namespaces need root"
        : !ToolRunner.Exists("ip") ? "there is no ip: apt install iproute2"
        : null;

    /// <exception cref="PollIOException">The kernel refused.</exception>
    internal static VethLab Create()
    {
        RemoveLeftBehind();
        var lab = new VethLab($"{Prefix}{Environment.ProcessId}");
        try
        {
            foreach (string networkNamespace in lab.All)
            {
                Ip("netns", "add", networkNamespace);

                // Nothing but what is measured: without addresses the kernel sends nothing of its own.
                ToolRunner.Run("ip", "netns", "exec", networkNamespace, "sh", "-c", "for f in /proc/sys/net/ipv6/conf/*/disable_ipv6; do echo 1 > $f; done");
            }

            Join(lab.Generator, GeneratorInterface, lab.Engine, EngineInterface0);
            Join(lab.Engine, EngineInterface1, lab.Sink, SinkInterface);
            return lab;
        }
        catch
        {
            lab.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (string networkNamespace in All)
        {
            // The interfaces go with their namespaces. One that was never made is no error.
            _ = ToolRunner.TryRun("ip", ["netns", "del", networkNamespace]);
        }
    }

    private string[] All => [Generator, Engine, Sink];

    private static void Join(string namespaceA, string interfaceA, string namespaceB, string interfaceB)
    {
        Ip("link", "add", interfaceA, "netns", namespaceA, "type", "veth", "peer", "name", interfaceB, "netns", namespaceB);
        Ip("-n", namespaceA, "link", "set", interfaceA, "up");
        Ip("-n", namespaceB, "link", "set", interfaceB, "up");
    }

    /// <summary>Takes away the namespaces of runs that were killed.</summary>
    private static void RemoveLeftBehind()
    {
        foreach (string line in ToolRunner.Run("ip", "netns", "list").Split('\n'))
        {
            string name = line.Split(' ')[0];
            string[] parts = name.Split('-');
            if (name.StartsWith(Prefix, StringComparison.Ordinal)
                && parts.Length == 4
                && int.TryParse(parts[2], NumberStyles.None, CultureInfo.InvariantCulture, out int process)
                && !Directory.Exists($"/proc/{process}"))
            {
                Ip("netns", "del", name);
            }
        }
    }

    private static void Ip(params string[] arguments) => ToolRunner.Run("ip", arguments);
}
