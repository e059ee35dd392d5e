using System.Text.Json;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.L2fwd;

[Collection(ProcessTests.Name)]
public sealed class PortsForward
{
    [Theory]
    [InlineData("l2")]
    [InlineData("io")]
    [InlineData("mac")]
    [InlineData("macswap")]
    [InlineData("icmpecho")]
    [InlineData("rxonly")]
    [InlineData("txonly")]
    public async Task AMillionPacketsAllocateNothing(string mode)
    {
        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync("--mode", mode, "--port", "null:", "--port", "null:", "--duration", "2");

        long received = summary.GetProperty("rxPackets").GetInt64();
        long sent = summary.GetProperty("txPackets").GetInt64();
        Assert.True(Math.Max(received, sent) > 1_000_000);
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
        Assert.Equal(0, summary.GetProperty("gcCollections").GetInt64());
        if (mode is not ("rxonly" or "txonly"))
        {
            Assert.Equal(received, sent + summary.GetProperty("dropped").GetInt64());
        }

        Assert.Equal(mode == "txonly", received == 0);
        Assert.Equal(mode is "rxonly" or "icmpecho", sent == 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task PortsPairUp(int count)
    {
        string[] ports = [.. Enumerable.Range(0, count).SelectMany(i => new[] { "--port", $"null:?size={60 + i}" })];

        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync([.. ports, "--mode", "io", "--duration", "0.5"]);

        // Every source has packets of its own length: what a port sends shows where it came from.
        int[] peers = count switch { 1 => [0], 2 => [1, 0], _ => [1, 0, 2] };
        JsonElement[] reported = [.. summary.GetProperty("ports").EnumerateArray()];
        for (int i = 0; i < count; i++)
        {
            Assert.True(reported[i].GetProperty("tx").GetInt64() > 0);
            Assert.Equal(reported[i].GetProperty("tx").GetInt64() * (60 + peers[i]), reported[i].GetProperty("txBytes").GetInt64());
        }
    }

    [Fact]
    public async Task WhatAFullRingRefusesIsCounted()
    {
        // The ring has no other end: what fits is sent, and nobody takes it out.
        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync(
            "--port", "null:", "--port", "ring:x?size=64", "--mode", "io", "--duration", "0.5");

        Assert.Equal(64, summary.GetProperty("txPackets").GetInt64());
        Assert.True(summary.GetProperty("dropped").GetInt64() > 0);
        Assert.Equal(summary.GetProperty("rxPackets").GetInt64(), 64 + summary.GetProperty("dropped").GetInt64());
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
    }

    [Fact]
    public async Task PacketsSentIntoAWireArriveAtItsOtherEnd()
    {
        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync(
            "--port", "ring:x", "--port", "ring:x", "--mode", "txonly", "--size", "100", "--duration", "2");

        // Both ends send and neither receives: each ring fills once, and what is in it is freed at the stop.
        Assert.Equal(2 * 1024, summary.GetProperty("txPackets").GetInt64());
        Assert.Equal(0, summary.GetProperty("dropped").GetInt64());
    }

    [Fact]
    public async Task QueuesSpreadOverCores()
    {
        Assert.SkipWhen(Environment.ProcessorCount < 2, "one CPU: there is nothing to spread over");

        JsonElement summary = await AppProcess.L2fwd.SummaryOfAsync(
            "--port", "null:", "--port", "null:", "--mode", "io", "--queues", "4", "--cores", "0,1", "--duration", "1");

        Assert.Equal([0, 1], summary.GetProperty("cores").EnumerateArray().Select(core => core.GetInt32()));
        Assert.Equal(summary.GetProperty("rxPackets").GetInt64(), summary.GetProperty("txPackets").GetInt64());
        Assert.Equal(0, summary.GetProperty("allocatedBytes").GetInt64());
    }

    [Fact]
    public async Task StatisticsAreALineAnInterval()
    {
        ToolResult result = await AppProcess.L2fwd.RunAsync("--port", "null:", "--duration", "1.1", "--interval", "0.25");

        Assert.Equal(0, result.ExitCode);
        string[] lines = [.. result.Output.Split('\n').Where(line => line.Contains(" s  rx ", StringComparison.Ordinal))];
        Assert.InRange(lines.Length, 3, 4);
        Assert.All(lines, line => Assert.Matches(@"^ +\d+\.\d s  rx [\d,]+ pps [\d,]+ Mbit/s  tx [\d,]+ pps [\d,]+ Mbit/s  drops \d+  busy [\d.]+%  [\d.]+ cycles/packet$", line));
    }
}
