using PollIO.Interop;

namespace PollIO.Tests.LCores;

public sealed class EmulatorIsKnown
{
    // The kernel shows the name that QEMU gives its emulated CPUs; those it lends from the host keep the host's.
    [Fact]
    [Trait("scenario", "e1000e")]
    public void ByWhatTheKernelSaysOfTheCpu() =>
        Assert.Equal(File.ReadAllText("/proc/cpuinfo").Contains("QEMU TCG CPU", StringComparison.Ordinal), Emulator.IsHere);
}
