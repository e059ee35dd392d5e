namespace PollIO.SideBySide.Machine;

/// <summary>What disturbed a measurement.</summary>
/// <param name="Steal">Share of all CPUs' time the hypervisor took, 0 to 1.</param>
/// <param name="Foreign">Share of all CPUs' time that went to processes other than those under test.</param>
internal readonly record struct Load(double Steal, double Foreign)
{
    internal bool Exceeds(double limit) => Steal > limit || Foreign > limit;
}
