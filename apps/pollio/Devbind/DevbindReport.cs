using System.Text;
using PollIO.Apps.Common.Reporting;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Devbind;

/// <summary>The functions a user may want to bind, with what has them: network devices, what was changed, and what shares their groups.</summary>
internal sealed class DevbindReport
{
    private readonly SysfsTree _tree;
    private readonly IReadOnlyList<PciAddress> _changed;
    private readonly ILookup<int, PciFunction> _groups;
    private readonly int[] _shown;

    /// <param name="tree">The machine.</param>
    /// <param name="changed">Functions that restore would put back.</param>
    internal DevbindReport(SysfsTree tree, IReadOnlyList<PciAddress> changed)
    {
        _tree = tree;
        _changed = changed;
        _groups = PciInventory.Read(tree).Functions.ToLookup(function => function.Group ?? -1);
        _shown = [.. _groups.Where(group => group.Any(IsWanted)).Select(group => group.Key).Order()];
    }

    /// <summary>Writes it by group.</summary>
    internal void WriteText(TextWriter output)
    {
        if (_shown.Length == 0)
        {
            output.WriteLine("This machine has no PCI network device.");
        }

        foreach (int number in _shown)
        {
            output.WriteLine(number < 0 ? "no IOMMU group" : $"IOMMU group {number}");
            foreach (PciFunction function in FunctionsOf(number))
            {
                string interfaces = function.Interfaces.Count == 0 ? "" : $"  interface {string.Join(", ", function.Interfaces)}";
                string route = CarriesDefaultRoute(function) ? "  carries the default route" : "";
                output.WriteLine($"  {function}{interfaces}{route}{(_changed.Contains(function.Address) ? "  (restore puts it back)" : "")}");
            }
        }
    }

    /// <summary>Writes one JSON object on a line: an array "functions".</summary>
    internal void WriteJson(TextWriter output) => output.Write(Encoding.UTF8.GetString(JsonParts.CreateLine(json =>
    {
        json.WriteStartArray("functions");
        foreach (PciFunction function in _shown.SelectMany(FunctionsOf))
        {
            json.WriteStartObject();
            json.WriteString("address", function.Address.ToString());
            json.WriteString("id", function.Id.ToString());
            json.WriteString("driver", function.Driver);
            json.WriteString("driverOverride", function.Override);
            if (function.Group is { } group)
            {
                json.WriteNumber("iommuGroup", group);
            }
            else
            {
                json.WriteNull("iommuGroup");
            }

            json.WriteNumber("numaNode", function.NumaNode);
            json.WriteStartArray("interfaces");
            foreach (string name in function.Interfaces)
            {
                json.WriteStringValue(name);
            }

            json.WriteEndArray();
            json.WriteBoolean("isNetwork", function.IsNetwork);
            json.WriteBoolean("carriesDefaultRoute", CarriesDefaultRoute(function));
            json.WriteBoolean("isChanged", _changed.Contains(function.Address));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }).Span));

    private bool IsWanted(PciFunction function) => function.IsNetwork || _changed.Contains(function.Address);

    // Without an IOMMU every function of the machine would be in one "group".
    private IEnumerable<PciFunction> FunctionsOf(int number) => _groups[number].Where(function => number >= 0 || IsWanted(function));

    private bool CarriesDefaultRoute(PciFunction function) => function.Interfaces.Any(name => DefaultRoute.CarriedBy(_tree, name) is not null);
}
