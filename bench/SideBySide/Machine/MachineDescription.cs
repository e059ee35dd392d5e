using System.Runtime.InteropServices;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Machine;

/// <summary>What the figures were measured on, as lines of name and value.</summary>
internal static class MachineDescription
{
    internal static IReadOnlyList<KeyValuePair<string, string>> Describe(string hugepages) =>
    [
        new("measured", $"{DateTime.UtcNow:yyyy-MM-dd HH:mm} UTC"),
        new("CPU", CpuInfo("model name") ?? "unknown"),
        new("CPUs", $"{Environment.ProcessorCount}, TSC {Tsc.Frequency / 1e9:F2} GHz"),
        new("hypervisor", CpuInfo("flags")?.Split(' ').Contains("hypervisor") == true ? "yes: a virtual machine" : "no"),
        new("governor", ReadOr("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "not visible")),
        new("kernel", ReadOr("/proc/sys/kernel/osrelease", "unknown")),
        new(".NET", RuntimeInformation.FrameworkDescription),
        new("PollIO", typeof(Port).Assembly.GetName().Version!.ToString(3)),
        new("DPDK", DpdkVersion()),
        new("compiler", FirstLine("cc", "--version")),
        new("hugepages", hugepages),
    ];

    private static string DpdkVersion()
    {
        string output = ToolRunner.TryRun("dpdk-testpmd", ["-l", "0", "--no-huge", "--no-pci", "-m", "16", "-v", "--help"]).Output;
        int start = output.IndexOf("'DPDK ", StringComparison.Ordinal);
        int end = start < 0 ? -1 : output.IndexOf('\'', start + 1);
        return end < 0 ? "not found" : output[(start + 6)..end];
    }

    private static string FirstLine(string tool, string argument)
    {
        (int exitCode, string output) = ToolRunner.TryRun(tool, [argument]);
        return exitCode == 0 ? output.Split('\n')[0] : "not found";
    }

    private static string? CpuInfo(string name) =>
        File.ReadLines("/proc/cpuinfo")
            .Where(line => line.StartsWith(name, StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim())
            .FirstOrDefault();

    private static string ReadOr(string path, string fallback)
    {
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return fallback;
        }
    }
}
