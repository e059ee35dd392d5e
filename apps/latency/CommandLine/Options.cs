using PollIO.Apps.Common.Traffic;
using PollIO.Wire;

namespace PollIO.Apps.Latency.CommandLine;

/// <summary>The command line, checked as far as it can be without looking at the machine.</summary>
internal sealed record Options
{
    internal const int MaxBurst = 512;

    /// <summary>Spec of the port that sends.</summary>
    internal string Tx { get; init; } = "";

    /// <summary>Spec of the port that receives; the same as <see cref="Tx"/> when one port does both.</summary>
    internal string Rx { get; init; } = "";

    /// <summary>Whether one port sends and receives.</summary>
    internal bool IsOnePort { get; init; }

    /// <summary>Sizes that are tried one after the other, without the frame check sequence.</summary>
    internal IReadOnlyList<int> Sizes { get; init; } = [64];

    /// <summary>How much is sent in a second; the highest tried in a search.</summary>
    internal Rate Rate { get; init; } = new(RateUnit.Packets, 10_000);

    /// <summary>How long each size is measured, and each trial of a search takes.</summary>
    internal TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long is sent before, without measuring; zero for not at all.</summary>
    internal TimeSpan Warmup { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long packets may take: after the last has been sent, so long is waited for those that are missing.</summary>
    internal TimeSpan Wait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Percent of the packets a search may lose: 0 for the no-drop rate; null for no search.</summary>
    internal double? Tolerance { get; init; }

    /// <summary>Percent of the highest rate at which a search ends.</summary>
    internal double Resolution { get; init; } = 1;

    internal FrameRecipe Recipe { get; init; } = new() { IsStamped = true };

    internal MacAddress? DestinationMac { get; init; }

    /// <summary>CPUs of the lcores: one for both ways, or sending's and receiving's.</summary>
    internal IReadOnlyList<int> Cores { get; init; } = [];

    internal IdleStrategy? Idle { get; init; }

    internal int Burst { get; init; } = 32;

    /// <summary>The SVG file to write, or null.</summary>
    internal string? Plot { get; init; }

    /// <summary>Where the JSON summary goes: a path, "-" for standard output, or null.</summary>
    internal string? Json { get; init; }

    internal bool JsonOnStandardOutput => Json == "-";
}
