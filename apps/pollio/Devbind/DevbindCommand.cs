using System.Diagnostics;
using PollIO.Apps.Common;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Devbind;

/// <summary><c>pollio devbind</c>: shows functions by IOMMU group, and changes their drivers as transactions.</summary>
internal static class DevbindCommand
{
    private const string Operation = "bind driver";

    internal static int Run(DevbindOptions options) => Run(options, SysfsTree.Machine, new BindingRecord(), Console.Out);

    internal static int Run(DevbindOptions options, SysfsTree tree, BindingRecord record, TextWriter output)
    {
        var binding = new PciBinding(tree, record);
        switch (options.Action)
        {
            case "bind":
                RefusePartOfGroup(tree, options);
                _ = binding.Bind(options.Addresses, options.Driver, options.Force);
                GiveNodes(tree, options);
                break;
            case "unbind":
                binding.Unbind(options.Addresses, options.Force);
                break;
            case "restore":
                binding.Restore(options.Addresses.Count == 0 ? binding.Changed : options.Addresses, options.Force);
                break;
            default:
                break;
        }

        Show(tree, output, binding.Changed);
        return AppMain.Well;
    }

    // A group is given away whole: with one of its functions still in the kernel's hands, VFIO opens none of them.
    private static void RefusePartOfGroup(SysfsTree tree, DevbindOptions options)
    {
        if (options.Driver != PciBinding.VfioDriver)
        {
            return;
        }

        foreach (PciAddress address in options.Addresses)
        {
            if (PciInventory.Read(tree, address)?.Group is not { } number)
            {
                continue;
            }

            PciFunction[] left = [.. IommuGroup.Read(tree, number).Blockers.Where(member => !member.IsBridge && !options.Addresses.Contains(member.Address))];
            if (left.Length != 0)
            {
                throw new PollIOException(
                    Operation,
                    address.ToString(),
                    $"it shares IOMMU group {number} with {string.Join(", ", left.Select(member => member.ToString()))}, and a group is given away whole; nothing was changed",
                    remedy: $"sudo pollio devbind bind {string.Join(' ', options.Addresses.Concat(left.Select(member => member.Address)).Distinct())}");
            }
        }
    }

    private static void GiveNodes(SysfsTree tree, DevbindOptions options)
    {
        if (options.User is null)
        {
            return;
        }

        foreach (int number in options.Addresses.Select(address => PciInventory.Read(tree, address)?.Group).OfType<int>().Distinct())
        {
            string node = tree.PathOf(IommuGroup.Read(tree, number).Node);
            using Process chown = Process.Start(new ProcessStartInfo("chown", ["--", options.User, node]) { RedirectStandardError = true })!;
            string error = chown.StandardError.ReadToEnd().Trim();
            chown.WaitForExit();
            if (chown.ExitCode != 0)
            {
                throw new PollIOException("give node", node, error.Length == 0 ? "chown failed" : error.ReplaceLineEndings(" "));
            }
        }
    }

    private static void Show(SysfsTree tree, TextWriter output, IReadOnlyList<PciAddress> changed)
    {
        ILookup<int, PciFunction> groups = PciInventory.Read(tree).Functions.ToLookup(function => function.Group ?? -1);
        int[] shown = [.. groups.Where(group => group.Any(function => function.IsNetwork || changed.Contains(function.Address))).Select(group => group.Key).Order()];
        if (shown.Length == 0)
        {
            output.WriteLine("This machine has no PCI network device.");
        }

        foreach (int number in shown)
        {
            output.WriteLine(number < 0 ? "no IOMMU group" : $"IOMMU group {number}");
            foreach (PciFunction function in groups[number].Where(function => number >= 0 || function.IsNetwork || changed.Contains(function.Address)))
            {
                string interfaces = function.Interfaces.Count == 0 ? "" : $"  interface {string.Join(", ", function.Interfaces)}";
                string route = function.Interfaces.Any(name => DefaultRoute.CarriedBy(tree, name) is not null) ? "  carries the default route" : "";
                output.WriteLine($"  {function}{interfaces}{route}{(changed.Contains(function.Address) ? "  (restore puts it back)" : "")}");
            }
        }
    }
}
