using System.Diagnostics.Metrics;

namespace PollIO;

/// <summary>The lcores' counters as instruments of <see cref="Diagnostics.EngineMeter"/>, from an lcore's launch to its disposal.</summary>
internal static class LCoreMeters
{
    internal static void AddTo(Meter meter)
    {
        meter.CreateObservableCounter("pollio.lcore.polls", () => Read(core => core.Polls), "{poll}", "Polls made");
        meter.CreateObservableCounter("pollio.lcore.packets", () => Read(core => core.Packets), "{packet}", "Packets moved by polls");
        meter.CreateObservableCounter("pollio.lcore.cycles", Cycles, "{cycle}", "Time stamp counter ticks, by whether the polls found packets");
        meter.CreateObservableCounter("pollio.lcore.allocated", () => Read(core => core.AllocatedBytes), "By", "Managed bytes allocated by the thread");
        meter.CreateObservableGauge("pollio.lcore.busy", () => Read(BusyRatio), "1", "Part of the time, since the launch, in polls that found packets");
        meter.CreateObservableGauge(
            "pollio.lcore.cycles_per_packet", () => Read(core => Ratio(core.BusyCycles, core.Packets)), "{cycle}/{packet}", "Busy cycles for a packet, since the launch");
    }

    private static IEnumerable<Measurement<T>> Read<T>(Func<LCoreStatistics, T> value)
        where T : struct => LCore.Launched.Select(core => new Measurement<T>(value(core.Statistics), Tags(core)));

    private static IEnumerable<Measurement<long>> Cycles()
    {
        foreach (LCore core in LCore.Launched)
        {
            LCoreStatistics statistics = core.Statistics;
            yield return new Measurement<long>(statistics.BusyCycles, [.. Tags(core), new("pollio.lcore.state", "busy")]);
            yield return new Measurement<long>(statistics.IdleCycles, [.. Tags(core), new("pollio.lcore.state", "idle")]);
        }
    }

    private static double BusyRatio(LCoreStatistics core) => Ratio(core.BusyCycles, core.BusyCycles + core.IdleCycles);

    private static double Ratio(long part, long whole) => whole == 0 ? 0 : (double)part / whole;

    private static KeyValuePair<string, object?>[] Tags(LCore core) =>
        [new("pollio.lcore.name", core.Name), new("cpu.logical_number", core.Cpu)];
}
