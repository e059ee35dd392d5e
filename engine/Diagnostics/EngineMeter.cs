using System.Diagnostics.Metrics;

namespace PollIO.Diagnostics;

/// <summary>
/// The meter "PollIO": every port, queue, pool and lcore of the process. Nothing is read, and nothing is paid, until somebody listens.
/// </summary>
internal static class EngineMeter
{
    private static readonly Meter s_meter = Create();

    internal static void EnsureCreated() => GC.KeepAlive(s_meter);

    private static Meter Create()
    {
        var meter = new Meter("PollIO");
        PortMeters.AddTo(meter);
        PoolMeters.AddTo(meter);
        LCoreMeters.AddTo(meter);
        return meter;
    }
}
