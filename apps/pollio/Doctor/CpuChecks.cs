using System.Globalization;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Doctor;

/// <summary>Looks at what disturbs lcores: other work, sleeping clocks, siblings, timer ticks, interrupts, and the runtime's settings.</summary>
internal static class CpuChecks
{
    private const string Cpus = "/sys/devices/system/cpu";

    internal static IEnumerable<Finding> Run(SysfsTree tree, DoctorOptions options)
    {
        foreach (Finding finding in Absent(tree, options.Cores))
        {
            yield return finding;
        }

        yield return Contains(tree, Cpus + "/isolated", options.Cores)
            ? Finding.Ok("isolation", "the scheduler keeps other work away from the polling CPUs")
            : Finding.Warning("isolation", "other work may run on polling CPUs, which costs packets while it does", BootWith(tree, "isolcpus", options));
        yield return Contains(tree, Cpus + "/nohz_full", options.Cores)
            ? Finding.Ok("timer tick", "off on the polling CPUs")
            : Finding.Warning("timer tick", "interrupts polling CPUs up to 1000 times a second, some microseconds each", BootWith(tree, "nohz_full", options));
        foreach (Finding finding in Governors(tree, options).Concat(Siblings(tree, options.Cores)))
        {
            yield return finding;
        }

        if (tree.List("/proc").Any(name => char.IsAsciiDigit(name[0]) && tree.Read($"/proc/{name}/comm")?.Trim() == "irqbalance"))
        {
            yield return Finding.Warning("interrupts", "irqbalance moves interrupts to any CPU, polling ones too", "sudo systemctl stop irqbalance");
        }

        foreach ((string name, string value, string cost) in new[]
        {
            ("DOTNET_gcServer", "1", "the server collector has a thread on every CPU"),
            ("DOTNET_gcConcurrent", "1", "a concurrent collector runs beside lcores"),
            ("DOTNET_TieredPGO", "0", "poll loops are compiled without a profile"),
        })
        {
            if (Environment.GetEnvironmentVariable(name) == value)
            {
                yield return Finding.Warning("runtime", $"{name}={value}: {cost}", $"unset {name}");
            }
        }
    }

    private static IEnumerable<Finding> Absent(SysfsTree tree, IReadOnlyList<int> cores) =>
        tree.Read(Cpus + "/online")?.Trim() is { Length: > 0 } online && cores.Except(CpuSet.Parse(online)).ToArray() is { Length: > 0 } absent
            ? [Finding.Problem("CPUs", $"{string.Join(", ", absent)} of --cores cannot poll: online are {online}")]
            : [];

    private static string BootWith(SysfsTree tree, string word, DoctorOptions options) => options.Cores.Count == 0
        ? $"add {word}=LIST to the kernel's command line, and boot; with --cores LIST this is a command"
        : MachineChecks.BootWith(tree, $"{word}={string.Join(",", options.Cores)}");

    private static IEnumerable<Finding> Governors(SysfsTree tree, DoctorOptions options)
    {
        IEnumerable<string> cpus = options.Cores.Count != 0
            ? options.Cores.Select(cpu => string.Create(CultureInfo.InvariantCulture, $"cpu{cpu}"))
            : tree.List(Cpus).Where(name => name.StartsWith("cpu", StringComparison.Ordinal) && name.Length > 3 && char.IsAsciiDigit(name[3]));
        string[] slow = [.. cpus.Where(cpu => tree.Read($"{Cpus}/{cpu}/cpufreq/scaling_governor")?.Trim() is { } governor and not "performance")];
        return slow.Length == 0
            ? []
            : [Finding.Warning("frequency", $"the governor of {string.Join(", ", slow)} lets the clock fall", "echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor")];
    }

    private static IEnumerable<Finding> Siblings(SysfsTree tree, IReadOnlyList<int> cores)
    {
        foreach (int core in cores)
        {
            string siblings = tree.Read($"{Cpus}/cpu{core}/topology/thread_siblings_list")?.Trim() ?? "";
            int[] others = siblings.Length == 0 ? [] : [.. CpuSet.Parse(siblings).Where(cpu => cpu != core)];
            if (others.Length != 0)
            {
                yield return Finding.Warning(
                    "siblings", $"CPU {core} shares its core with CPU {string.Join(", ", others)}: whatever runs there takes up to half of it", $"echo 0 | sudo tee {Cpus}/cpu{others[0]}/online");
            }
        }
    }

    private static bool Contains(SysfsTree tree, string file, IReadOnlyList<int> cores)
    {
        string text = tree.Read(file)?.Trim() ?? "";
        if (text.Length == 0 || text == "(null)")
        {
            return false;
        }

        IReadOnlyList<int> set = CpuSet.Parse(text);
        return cores.All(set.Contains);
    }
}
