using PollIO.Apps.Common;
using PollIO.Apps.Common.Reporting;
using PollIO.Pmd.Pci;

namespace PollIO.Apps.Tools.Doctor;

/// <summary><c>pollio doctor</c>: looks, and tells.</summary>
internal static class DoctorCommand
{
    private const int Indent = 8;

    internal static int Run(DoctorOptions options)
    {
        IReadOnlyList<Finding> findings = Examine(options);
        if (options.Json)
        {
            Console.Out.Write(System.Text.Encoding.UTF8.GetString(ToJson(findings).Span));
        }
        else
        {
            Print(findings);
        }

        return findings.Any(finding => finding.Severity == Severity.Problem) ? AppMain.Failed : AppMain.Well;
    }

    internal static IReadOnlyList<Finding> Examine(DoctorOptions options)
    {
        var tree = new SysfsTree(options.Root);
        return [.. MachineChecks.Run(tree, options), .. CpuChecks.Run(tree, options), .. PortChecks.Run(tree, options)];
    }

    private static ReadOnlyMemory<byte> ToJson(IReadOnlyList<Finding> findings) => JsonParts.CreateLine(json =>
    {
        json.WriteNumber("problems", findings.Count(finding => finding.Severity == Severity.Problem));
        json.WriteNumber("warnings", findings.Count(finding => finding.Severity == Severity.Warning));
        json.WriteStartArray("findings");
        foreach (Finding finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("severity", NameOf(finding.Severity));
            json.WriteString("subject", finding.Subject);
            json.WriteString("text", finding.Text);
            json.WriteString("remedy", finding.Remedy);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    });

    private static void Print(IReadOnlyList<Finding> findings)
    {
        using var screen = new Screen(onStandardError: false);
        TextBuffer text = screen.Begin();
        foreach (Finding finding in findings)
        {
            string colour = finding.Severity switch { Severity.Ok => "32", Severity.Warning => "33", _ => "31" };
            string word = NameOf(finding.Severity).PadRight(Indent);
            text.Text(screen.IsTerminal ? $"\e[{colour}m{word}\e[0m" : word).Words($"{finding.Subject}: {finding.Text}", Indent, screen.Width);
            if (finding.Remedy is not null)
            {
                text.Text($"        mend: {finding.Remedy}\n");
            }
        }

        screen.Flush();
    }

    private static string NameOf(Severity severity) => severity.ToString().ToLowerInvariant();
}
