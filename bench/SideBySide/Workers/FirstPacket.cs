namespace PollIO.SideBySide.Workers;

/// <summary>When a packet came.</summary>
/// <param name="Timestamp">Of <see cref="System.Diagnostics.Stopwatch"/>, whose clock all processes share (clock_gettime(2), CLOCK_MONOTONIC).</param>
internal sealed record FirstPacket(long Timestamp);
