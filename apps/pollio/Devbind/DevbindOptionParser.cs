using PollIO.Apps.Common.CommandLine;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Devbind;

/// <summary>Turns arguments into <see cref="DevbindOptions"/>.</summary>
internal static class DevbindOptionParser
{
    private const string Help =
        """
        pollio devbind: which kernel driver has a PCI function

        usage: pollio devbind status
               pollio devbind bind ADDRESS... [--driver NAME] [--user NAME] [--force]
               pollio devbind unbind ADDRESS... [--force]
               pollio devbind restore [ADDRESS...] [--force]
               pollio devbind rule ADDRESS... [--driver NAME] [--user NAME]

          ADDRESS        for example 0000:03:00.0, or 03:00.0
          --driver NAME  vfio-pci (default), uio_pci_generic or another
          --user NAME    give the node of the IOMMU group to this user
          --force        take the interface that carries the default route too
          --json         print what status prints as one JSON object
          --help

        bind takes all of an IOMMU group or nothing. restore puts functions, or all
        that were changed, back to the driver they had. What bind does lasts until the
        next boot; rule changes nothing and prints a udev rule that does it at each:
        pollio devbind rule ADDRESS | sudo tee /etc/udev/rules.d/70-pollio.rules
        exit code: 0 well, 1 something failed, 2 the command line is wrong
        """;

    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or null when help was asked for and <paramref name="answer"/> is it.</returns>
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    internal static DevbindOptions? Parse(IReadOnlyList<string> arguments, out string answer)
    {
        answer = Help;
        if (arguments.Contains("--help") || arguments.Contains("-h"))
        {
            return null;
        }

        string[] words = [.. arguments.TakeWhile(argument => !argument.StartsWith('-'))];
        if (words.Length == 0 || words[0] is not ("status" or "bind" or "unbind" or "restore" or "rule"))
        {
            throw new UsageException("devbind: one of status, bind, unbind, restore, rule is wanted");
        }

        var options = new DevbindOptions { Action = words[0], Addresses = [.. words.Skip(1).Select(Address)] };
        var table = new OptionTable();
        table.AddValue("--driver", "a kernel driver", value => options = options with { Driver = Name("--driver", value) });
        table.AddValue("--user", "a user", value => options = options with { User = Name("--user", value) });
        table.AddFlag("--json", () => options = options with { Json = true });
        table.AddFlag("--force", () => options = options with { Force = true });
        table.Read([.. arguments.Skip(words.Length)]);
        return options.Action is "bind" or "unbind" or "rule" && options.Addresses.Count == 0
            ? throw new UsageException($"devbind {options.Action}: which function? pollio devbind status lists them")
            : options;
    }

    // It becomes part of commands and rules.
    private static string Name(string option, string value) =>
        value.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.') && value[0] != '-' ? value : throw new UsageException($"{option} {value}: a name is wanted");

    private static PciAddress Address(string text) =>
        PciAddress.TryParse(text, out PciAddress address) ? address : throw new UsageException($"devbind: '{text}' is no PCI address, for example 0000:03:00.0");
}
