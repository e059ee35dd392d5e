using PollIO.Apps.Common.Traffic;
using PollIO.Wire;

namespace PollIO.Apps.Pktgen.CommandLine;

/// <summary>The command line, checked as far as it can be without looking at the machine.</summary>
internal sealed record Options
{
    internal const int MaxBurst = 512;
    internal const int MaxQueues = 64;
    internal const int MaxPorts = 128;

    /// <summary>Port specs, in order; at least one.</summary>
    internal IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>Sizes as given, for people.</summary>
    internal string SizeText { get; init; } = "64";

    /// <summary>Bytes of the frames, without the frame check sequence, in the order in which they are sent again and again.</summary>
    internal IReadOnlyList<int> Sizes { get; init; } = [64];

    /// <summary>How much each port sends in a second; null for a capture's own timing, and otherwise as fast as possible.</summary>
    internal Rate? Rate { get; init; }

    /// <summary>Headers of the frames; the MAC addresses are those below.</summary>
    internal FrameRecipe Recipe { get; init; } = new();

    /// <summary>Source address, or null for the port's own.</summary>
    internal MacAddress? SourceMac { get; init; }

    /// <summary>Destination address, or null for 02:00:00:00:00:NN.</summary>
    internal MacAddress? DestinationMac { get; init; }

    internal FlowPlan Flows { get; init; } = FlowPlan.One;

    /// <summary>The capture to replay, or null.</summary>
    internal string? Capture { get; init; }

    /// <summary>How many times faster than it was recorded the capture is replayed.</summary>
    internal double Speed { get; init; } = 1;

    /// <summary>Whether the capture begins anew at its end.</summary>
    internal bool Loops { get; init; }

    /// <summary>Packets each port sends, or null for no end.</summary>
    internal long? Count { get; init; }

    /// <summary>How long to run; null to run until stopped.</summary>
    internal TimeSpan? Duration { get; init; }

    /// <summary>CPUs of the lcores; none leaves the choice to the app.</summary>
    internal IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>What lcores do between idle polls; null leaves the choice to the app.</summary>
    internal IdleStrategy? Idle { get; init; }

    internal int Queues { get; init; } = 1;

    internal int Burst { get; init; } = 32;

    /// <summary>Time between live statistics; zero for none.</summary>
    internal TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Where the JSON summary goes: a path, "-" for standard output, or null.</summary>
    internal string? Json { get; init; }

    internal bool JsonOnStandardOutput => Json == "-";

    /// <summary>The headers of what port <paramref name="number"/> sends.</summary>
    internal FrameRecipe RecipeFor(int number, MacAddress own) => Recipe with
    {
        SourceMac = SourceMac ?? own,
        DestinationMac = DestinationMac ?? new MacAddress(0x02_00_00_00_00_00UL | (byte)number),
    };
}
