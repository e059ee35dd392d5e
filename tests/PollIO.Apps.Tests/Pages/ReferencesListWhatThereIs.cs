using System.Diagnostics.Metrics;
using PollIO.Apps.Common.Metrics;
using PollIO.Pmd;

namespace PollIO.Apps.Tests.Pages;

/// <summary>The tables of the reference pages against the code.</summary>
public sealed class ReferencesListWhatThereIs
{
    private const string Counters = "engine/metrics.md";
    private const string Specs = "pmd/port-specs.md";

    [Fact]
    public void EveryMetric()
    {
        using Port port = PortFactory.Open("null:");
        using var lanes = new LaneMeters([port], []);
        var published = new SortedSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, _) =>
        {
            if (instrument.Meter.Name is "PollIO" or "PollIO.Apps")
            {
                published.Add($"{instrument.Name} {instrument.Unit}");
            }
        };
        listener.Start();

        Assert.Equal(published, Rows(Counters, "metric").Select(row => $"{row[0]} {row[1]}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryDropCause() =>
        Assert.Equal(Enum.GetNames<DropCause>(), Rows(Counters, "cause").Select(row => row[0]));

    [Fact]
    public void EveryDriverWithItsKeys() =>
        Assert.Equal(
            PortFactory.Entries.SelectMany(entry => entry.Keys.Select(key => $"{entry.Name} {key}")).Order(StringComparer.Ordinal),
            Rows(Specs, "driver | key").SelectMany(row => row[0].Split(", ").Select(driver => $"{driver.TrimEnd(':')} {row[1]}")).Order(StringComparer.Ordinal));

    [Fact]
    public void EveryMessageThatIsExplainedIsStillGiven()
    {
        string source = string.Concat(((string[])["engine", "pmd", "apps"])
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(PageBlock.Root, folder), "*.cs", SearchOption.AllDirectories)).Select(File.ReadAllText));

        Assert.All(Rows("apps/troubleshooting.md", "the message says"), row => Assert.Contains(row[0], source, StringComparison.Ordinal));
    }

    /// <summary>The rows of the table whose first columns have these titles, without quotes of code.</summary>
    private static List<string[]> Rows(string page, string title)
    {
        string[] lines = PageBlock.Read(page).Split('\n');
        int head = Array.FindIndex(lines, line => line.StartsWith($"| {title} |", StringComparison.Ordinal));
        Assert.True(head >= 0, $"{page} has no table of '{title}'");
        return [.. lines.Skip(head + 2).TakeWhile(line => line.StartsWith('|')).Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim().Replace("`", "", StringComparison.Ordinal)).ToArray())];
    }
}
