using System.Globalization;
using PollIO.SideBySide.Machine;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Dpdk;

/// <summary>How DPDK programs are started: their environment's own arguments, and what is missing for them.</summary>
internal static class Eal
{
    private const int MemoryMegabytes = 256;

    /// <summary>2 MiB pages the tests need at most: testpmd's pool and the tests' own.</summary>
    internal const int Hugepages = 256;

    /// <summary>Whether hugepages are there; decided once, before the first program starts.</summary>
    internal static bool UsesHugepages { get; private set; }

    internal static void Prepare(HugepageReservation hugepages) => UsesHugepages = hugepages.Free >= MemoryMegabytes / 2;

    /// <summary>Why a DPDK program cannot run, or null.</summary>
    internal static string? Missing(string program) =>
        ToolRunner.Exists(program) ? null : $"{program} is not installed: apt install dpdk dpdk-dev";

    /// <summary>
    /// A program with line-buffered output, then its own arguments: into a pipe, DPDK's programs would hold back what they print.
    /// </summary>
    internal static string[] Command(string program) => ["stdbuf", "-oL", program];

    /// <summary>Arguments up to and without the separating <c>--</c>.</summary>
    /// <param name="cpus">The main lcore first.</param>
    internal static IEnumerable<string> Arguments(params ReadOnlySpan<int> cpus)
    {
        string list = string.Join(',', cpus.ToArray().Select(cpu => cpu.ToString(CultureInfo.InvariantCulture)));
        string main = cpus[0].ToString(CultureInfo.InvariantCulture);
        string[] memory = UsesHugepages ? ["--in-memory", "--single-file-segments"] : ["--no-huge"];
        return ["-l", list, "--main-lcore", main, "--no-pci", $"--file-prefix=pollio{Guid.NewGuid():N}", .. memory, "-m", MemoryMegabytes.ToString(CultureInfo.InvariantCulture)];
    }
}
