using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;

namespace PollIO.Benchmarks;

/// <summary>What every suite reports: allocations, and percentiles beside the mean.</summary>
internal static class BenchmarkSettings
{
    internal static IConfig Create() => DefaultConfig.Instance
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumn(StatisticColumn.P50, StatisticColumn.P95)
        .WithOption(ConfigOptions.DisableLogFile, true);
}
