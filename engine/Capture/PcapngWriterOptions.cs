namespace PollIO.Capture;

/// <summary>
/// What a <see cref="PcapngWriter"/> says of itself in its section header. Nothing is filled in from the machine, so equal input gives
/// equal files.
/// </summary>
public sealed record PcapngWriterOptions
{
    /// <summary>The application, shb_userappl.</summary>
    public string Application { get; init; } = "PollIO";

    /// <summary>The hardware that captured, shb_hardware, or null to leave it out.</summary>
    public string? Hardware { get; init; }

    /// <summary>The operating system that captured, shb_os, or null to leave it out.</summary>
    public string? OperatingSystem { get; init; }
}
