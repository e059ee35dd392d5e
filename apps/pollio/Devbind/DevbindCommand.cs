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
            case "rule":
                RefusePartOfGroup(tree, options);
                output.Write(UdevRule.Create(options.Addresses, options.Driver, options.User));
                return AppMain.Well;
            default:
                break;
        }

        var report = new DevbindReport(tree, binding.Changed);
        if (options.Json)
        {
            report.WriteJson(output);
        }
        else
        {
            report.WriteText(output);
        }

        return AppMain.Well;
    }

    // A group is given away whole: with one of its functions still in the kernel's hands, VFIO opens none of them.
    private static void RefusePartOfGroup(SysfsTree tree, DevbindOptions options)
    {
        foreach (PciAddress address in options.Addresses)
        {
            PciFunction function = PciInventory.Read(tree, address) ?? throw HardwareCheck.NoSuchDevice(tree, address, Operation);
            if (options.Driver != PciBinding.VfioDriver || function.Group is not { } number)
            {
                continue;
            }

            // What has VFIO's driver now may have another after the next boot.
            IommuGroup group = IommuGroup.Read(tree, number);
            IEnumerable<PciFunction> wanted = options.Action == "rule" ? group.Members.Where(member => member.Driver is not null) : group.Blockers;
            PciFunction[] left = [.. wanted.Where(member => !member.IsBridge && !options.Addresses.Contains(member.Address))];
            if (left.Length != 0)
            {
                throw new PollIOException(
                    Operation,
                    address.ToString(),
                    $"it shares IOMMU group {number} with {string.Join(", ", left.Select(member => member.ToString()))}, and a group is given away whole; nothing was changed",
                    remedy: $"{(options.Action == "rule" ? "pollio devbind rule" : "sudo pollio devbind bind")} {string.Join(' ', options.Addresses.Concat(left.Select(member => member.Address)).Distinct())}");
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
}
