using System.Globalization;

namespace PollIO.Lab.Tests.Support;

/// <summary>What this process and its devices hold of the machine, as the kernel counts it.</summary>
/// <param name="VfioDescriptors">Open containers, groups and devices.</param>
/// <param name="EventDescriptors">Open eventfds, timers and epoll instances.</param>
/// <param name="MemoryDescriptors">Open memfds, of hugepages or not.</param>
/// <param name="DeviceMappings">Mapped BARs.</param>
/// <param name="MemoryMappings">Mapped memfds.</param>
/// <param name="LockedKib">KiB of locked memory, what VFIO has pinned among it.</param>
/// <param name="FreeHugepages">The machine's 2 MiB pages that nobody uses.</param>
/// <param name="Interrupts">The machine's interrupt lines that vfio-pci has requested.</param>
internal sealed record Holdings(
    int VfioDescriptors, int EventDescriptors, int MemoryDescriptors, int DeviceMappings, int MemoryMappings, long LockedKib, int FreeHugepages, int Interrupts)
{
    internal static Holdings Read()
    {
        string[] descriptors = [.. new DirectoryInfo("/proc/self/fd").EnumerateFileSystemInfos().Select(entry => entry.LinkTarget ?? "")];

        // The runtime keeps compiled code in a memfd of its own.
        string[] mappings = [.. File.ReadLines("/proc/self/maps").Where(line => !line.Contains("/memfd:doublemapper", StringComparison.Ordinal))];
        return new Holdings(
            Count(descriptors, "/vfio", "[vfio-"),
            Count(descriptors, "[eventfd]", "[timerfd]", "[eventpoll]"),
            Count(descriptors, "/memfd:"),
            Count(mappings, "[vfio-device]"),
            Count(mappings, "/memfd:"),
            ReadLockedKib(),
            Hugepages.Free,
            Count(File.ReadAllLines("/proc/interrupts"), "vfio-"));
    }

    private static int Count(IEnumerable<string> lines, params string[] parts) => lines.Count(line => parts.Any(part => line.Contains(part, StringComparison.Ordinal)));

    private static long ReadLockedKib() => long.Parse(
        File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmLck:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
        CultureInfo.InvariantCulture);
}
