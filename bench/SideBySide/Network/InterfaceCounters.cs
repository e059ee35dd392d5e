using System.Diagnostics;
using System.Text.Json;
using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Network;

/// <summary>The kernel's own counters of an interface at one moment.</summary>
/// <param name="Seconds">The moment.</param>
/// <param name="RxPackets">Packets that came in.</param>
/// <param name="TxPackets">Packets that went out.</param>
internal readonly record struct InterfaceCounters(double Seconds, long RxPackets, long TxPackets)
{
    internal static InterfaceCounters Read(string networkNamespace, string name)
    {
        string json = ToolRunner.Run("ip", "-n", networkNamespace, "-s", "-j", "link", "show", "dev", name);
        return Parse(json, Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency);
    }

    /// <summary>Parses what <c>ip -s -j link show dev NAME</c> prints.</summary>
    internal static InterfaceCounters Parse(string json, double seconds)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement statistics = document.RootElement[0].GetProperty("stats64");
        return new InterfaceCounters(
            seconds,
            statistics.GetProperty("rx").GetProperty("packets").GetInt64(),
            statistics.GetProperty("tx").GetProperty("packets").GetInt64());
    }

    /// <summary>Packets a second that came in since <paramref name="earlier"/>.</summary>
    internal double RxPerSecondSince(InterfaceCounters earlier) => (RxPackets - earlier.RxPackets) / (Seconds - earlier.Seconds);
}
