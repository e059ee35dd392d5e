using PollIO.SideBySide.Machine;

namespace PollIO.SideBySide.Contests;

/// <summary>A sample with what the machine did meanwhile.</summary>
/// <param name="Sample">The sample.</param>
/// <param name="Load">Steal and foreign load while it ran.</param>
/// <param name="IsDisturbed">Whether the load stayed above the limit in the last repetition allowed.</param>
/// <param name="Repetitions">Runs thrown away before.</param>
/// <param name="RoundTripNanoseconds">The longer of the round trips between the two cores before and after; 0 for one core.</param>
internal sealed record Measurement(Sample Sample, Load Load, bool IsDisturbed, int Repetitions, double RoundTripNanoseconds);
