namespace PollIO.Apps.Tools.Capture;

/// <summary>What <c>pollio capture</c> was asked for.</summary>
internal sealed record CaptureOptions
{
    /// <summary>The process to capture.</summary>
    internal int ProcessId { get; init; }

    /// <summary>Names or numbers of its ports; empty for all.</summary>
    internal IReadOnlyList<string> Ports { get; init; } = [];

    /// <summary>What to capture, in tcpdump's language, or null for everything.</summary>
    internal string? Filter { get; init; }

    /// <summary>The file, or "-" for standard output.</summary>
    internal string File { get; init; } = "-";

    /// <summary>The most bytes kept of a packet.</summary>
    internal int SnapLength { get; init; } = PollIO.Capture.PcapngWriter.MaxCapturedLength;

    /// <summary>Packets after which the capture ends.</summary>
    internal long Count { get; init; } = long.MaxValue;

    /// <summary>How long to capture, or null for until something ends it.</summary>
    internal TimeSpan? Duration { get; init; }
}
