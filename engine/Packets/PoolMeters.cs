using System.Diagnostics.Metrics;

namespace PollIO;

/// <summary>The pools' levels as instruments of <see cref="Diagnostics.EngineMeter"/>.</summary>
internal static class PoolMeters
{
    internal static void AddTo(Meter meter)
    {
        meter.CreateObservableUpDownCounter("pollio.pool.packets.limit", () => Read(level => level.Count), "{packet}", "Packets of a pool");
        meter.CreateObservableUpDownCounter(
            "pollio.pool.packets.usage", () => Read(level => level.Outstanding), "{packet}", "Packets taken from a pool and not returned; exact only while no thread takes or frees");
    }

    private static Measurement<long>[] Read(Func<(PacketPool Pool, long Count, long Outstanding), long> value) =>
        [.. PacketPool.ReadLevels().Select(level => new Measurement<long>(
            value(level), new("pollio.pool.name", level.Pool.Name), new("pollio.pool.id", level.Pool.Id)))];
}
