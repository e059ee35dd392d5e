using System.Text.RegularExpressions;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Dpdk;

/// <summary>
/// A folder of the few drivers a NIC of the lab takes, mounted over DPDK's own: to load all of them costs an emulated machine many
/// seconds at every start.
/// </summary>
internal static partial class FewPlugins
{
    /// <summary>Mounts it. The machine is the lab's guest and is switched off afterwards.</summary>
    /// <exception cref="PollIOException">DPDK's drivers are not installed.</exception>
    internal static void Use()
    {
        string[] folders = [.. Directory.GetDirectories("/usr/lib", "*-linux-gnu").Select(folder => Path.Combine(folder, "dpdk")).Where(Directory.Exists).SelectMany(folder => Directory.GetDirectories(folder, "pmds-*"))];
        if (folders is not [string folder])
        {
            throw new PollIOException("find DPDK's drivers", "/usr/lib/*/dpdk/pmds-*", $"{folders.Length} such folders", remedy: "apt install dpdk");
        }

        string version = folder[(folder.LastIndexOf('-') + 1)..].Split('.')[0];
        string few = Directory.CreateTempSubdirectory("plugins-").FullName;
        string program = ToolRunner.Run("which", TestPmd.Program).Trim();
        IEnumerable<string> needed = Library().Matches(ToolRunner.Run("ldd", program)).Select(match => match.Value)
            .Concat(((string[])["bus_pci", "bus_vdev", "mempool_ring", "net_e1000", "net_virtio"]).Select(name => $"librte_{name}.so.{version}"));
        foreach (string name in needed.Distinct().Where(name => File.Exists(Path.Combine(folder, name))))
        {
            File.Copy(Path.Combine(folder, name), Path.Combine(few, name));

            // The program links the first name, the search for drivers finds the second.
            File.CreateSymbolicLink(Path.Combine(few, name[..name.LastIndexOf('.')]), name);
        }

        ToolRunner.Run("mount", "--bind", few, folder);
    }

    [GeneratedRegex(@"librte_[a-z0-9_]*\.so\.\d+")]
    private static partial Regex Library();
}
