using PollIO.SideBySide.Lab;

namespace PollIO.SideBySide.CommandLine;

/// <summary>What the runner was asked to do.</summary>
internal sealed record RunnerOptions
{
    private static readonly string[] s_labNames = [.. LabNics.All.Select(nics => nics.Name)];

    /// <summary>The contests, by the names <c>--only</c> takes.</summary>
    internal static readonly string[] ContestNames =
        ["null", "transmit", "ring", "ring-one-core", "pool", "pipelines", "af_packet", "virtio-user", "vhost", "latency", "startup", .. s_labNames];

    internal const string Help = """
        sidebyside: the same work in PollIO and in DPDK, on this machine, in one run

        usage: sidebyside [options]
          --pairs N          interleaved pairs a row; 7 by default
          --seconds S        measured part of each run, 0.1 to 60; 3 by default
          --warmup S         part of each run before it that does not count; 1 by
                             default
          --only NAMES       some of null,transmit,ring,ring-one-core,pool,pipelines,
                             af_packet,virtio-user,vhost,latency,startup,
                             e1000e,e1000,virtio-pci,virtio-pci-packed; the last
                             four run in the lab's guest, which tests/lab/run.sh
                             boots
          --bursts LIST      bursts of the contests that have them; 1,8,32,256
                             by default
          --sizes LIST       bytes of frames on virtio, without check sequence;
                             64,512,1518 by default
          --cores A,B        two CPUs: side work and generators run on A, what is
                             measured on B; 0,1 by default
          --max-load PERCENT steal time and foreign CPU load above which a run is
                             repeated; 2 by default
          --repeats N        how often a run is repeated for that before it is kept
                             and marked; 5 by default
          --quick            less of everything, for a look: 2 pairs, 0.3 s each, bursts
                             1,32, sizes 64,1518, no repeats, without pipelines; options
                             given beside it count
          --json FILE        write everything measured as JSON
          --markdown FILE    write the tables as Markdown
          --report FOLDER    write report.json, report.md and the plots, SVG files
          --help, --version

        DPDK gets hugepages when run as root: missing 2 MiB pages are reserved and
        given back at the end.
        """;

    internal int Pairs { get; init; } = 7;

    internal double Seconds { get; init; } = 3;

    internal double Warmup { get; init; } = 1;

    internal IReadOnlyList<string> Only { get; init; } = ContestNames;

    internal IReadOnlyList<int> Bursts { get; init; } = [1, 8, 32, 256];

    /// <summary>Bytes of frames, where they are varied.</summary>
    internal IReadOnlyList<int> Sizes { get; init; } = [64, 512, 1518];

    /// <summary>The CPU of generators and of DPDK's main lcore, which sleeps.</summary>
    internal int SideCpu { get; init; }

    /// <summary>The CPU of what is measured.</summary>
    internal int WorkCpu { get; init; } = 1;

    /// <summary>Largest share of steal time or foreign load a run may see, 0.02 for 2%.</summary>
    internal double MaxLoad { get; init; } = 0.02;

    internal int Repeats { get; init; } = 5;

    internal string? JsonFile { get; init; }

    internal string? MarkdownFile { get; init; }

    /// <summary>Where tables, measurements and plots go together, or null.</summary>
    internal string? ReportFolder { get; init; }

    /// <summary>What <c>--quick</c> stands for.</summary>
    private static RunnerOptions Quick => new()
    {
        Pairs = 2,
        Seconds = 0.3,
        Warmup = 0.3,
        Only = [.. ContestNames.Except([.. s_labNames, "pipelines"])],
        Bursts = [1, 32],
        Sizes = [64, 1518],
        Repeats = 0,
    };

    internal static RunnerOptions Parse(ReadOnlySpan<string> args) => Take(new Arguments(args, "--quick"));

    /// <summary>Takes every option; what is left over is an error.</summary>
    internal static RunnerOptions Take(Arguments arguments)
    {
        RunnerOptions usual = arguments.TakeFlag("--quick") ? Quick : new RunnerOptions();
        List<int> cores = ParseList(arguments.Take("--cores"), "--cores", 0, 1023) ?? [0, 1];
        RunnerOptions options = usual with
        {
            Pairs = arguments.TakeInt32("--pairs", usual.Pairs, 1, 1000),
            Seconds = arguments.TakeDouble("--seconds", usual.Seconds, 0.1, 60),
            Warmup = arguments.TakeDouble("--warmup", usual.Warmup, 0, 60),
            Only = ParseNames(arguments.Take("--only")) ?? usual.Only,
            Bursts = ParseList(arguments.Take("--bursts"), "--bursts", 1, 256) ?? usual.Bursts,
            Sizes = ParseList(arguments.Take("--sizes"), "--sizes", 60, 1518) ?? usual.Sizes,
            SideCpu = cores[0],
            WorkCpu = cores.Count == 2 && cores[0] != cores[1] ? cores[1] : throw new UsageException("--cores wants two different CPUs, such as 0,1"),
            MaxLoad = arguments.TakeDouble("--max-load", usual.MaxLoad * 100, 0, 100) / 100,
            Repeats = arguments.TakeInt32("--repeats", usual.Repeats, 0, 1000),
            JsonFile = arguments.Take("--json"),
            MarkdownFile = arguments.Take("--markdown"),
            ReportFolder = arguments.Take("--report"),
        };
        arguments.End();
        return options;
    }

    private static string[]? ParseNames(string? text)
    {
        if (text is null)
        {
            return null;
        }

        string[] names = text.Split(',', StringSplitOptions.TrimEntries);
        string? unknown = Array.Find(names, name => !ContestNames.Contains(name));
        return unknown is null ? names : throw new UsageException($"--only {unknown}: the contests are {string.Join(", ", ContestNames)}");
    }

    private static List<int>? ParseList(string? text, string name, int min, int max)
    {
        if (text is null)
        {
            return null;
        }

        var values = new List<int>();
        foreach (string part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            values.Add(int.TryParse(part, out int value) && value >= min && value <= max
                ? value
                : throw new UsageException($"{name} {part}: whole numbers from {min} to {max}, separated by commas, are wanted"));
        }

        return values;
    }
}
