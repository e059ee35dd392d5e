using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Uio;

/// <summary>What UIO's refusals mean, in one line each, with the command that mends it. What can be seen before is <see cref="Pci.HardwareCheck"/>'s.</summary>
internal static class UioErrors
{
    internal const string Operation = "open through UIO";

    internal static PollIOException Node(string device, string node, int errno) => errno switch
    {
        Errno.EACCES or Errno.EPERM => new(
            Operation, device, $"this user may not open {node}", errno, "run as root: UIO needs physical addresses and the device's files in sysfs, so a device node of one's own is not enough"),
        Errno.ENOENT => new(Operation, device, $"there is no {node}", errno, "dmesg | tail may say why; in a container pass the node in, docker run --device"),
        _ => new(Operation, device, $"{node} cannot be opened", errno),
    };
}
