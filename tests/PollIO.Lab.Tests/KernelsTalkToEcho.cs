using System.Text.Json;
using PollIO.Lab.Tests.Support;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests;

/// <summary>A kernel pings the echo application on a NIC of ours, and gets back with netcat what it sends.</summary>
[Trait("tier", "lab")]
[Trait("scenario", "e1000e")]
public sealed class KernelsTalkToEcho : DriverTest
{
    private const int EchoPort = 7;

    [Fact]
    public async Task PingAndNetcat()
    {
        ToolRunner.Require("netcat-openbsd", "nc");
        int pings = Guest.Count(full: 1000, brief: 100);
        int[] sizes = Guest.IsFull ? [1, 18, 512, 1024, 1400] : [1, 1400];
        await new PciDevice(Slots.Dut0).BindToVfioAsync();
        await using WirePeer peer = await WirePeer.CreateAsync(Slots.Peer0, 1);
        await using EchoProcess echo = await EchoProcess.StartAsync("--port", $"vfio:{Slots.Dut0}");

        foreach (string address in (string[])[AnyAddress4, AnyAddress6])
        {
            await peer.WaitForAnswerAsync(address);
            PingResult answered = await peer.PingAsync(address, pings);
            Assert.True((answered.Sent, answered.Received) == (pings, pings), answered.Text);
            foreach (int size in sizes)
            {
                byte[] question = new byte[size];
                new Random(size).NextBytes(question);
                Assert.Equal(question, await AskWithNetcatAsync(peer, address, question));
            }
        }

        JsonElement summary = await echo.StopAsync();
        Assert.True(summary.GetProperty("answered").GetInt64() >= 2 * (pings + sizes.Length), $"{summary}");
    }

    /// <summary>Sends one datagram and waits for one.</summary>
    private async Task<byte[]> AskWithNetcatAsync(WirePeer peer, string address, byte[] question)
    {
        string asked = PathOf("question");
        string told = PathOf("answer");
        await File.WriteAllBytesAsync(asked, question);
        ToolResult netcat = await peer.ExecuteAsync("sh", "-c", $"exec nc -n -u -w 30 -W 1 {address} {EchoPort} <'{asked}' >'{told}'");
        Assert.True(netcat.ExitCode == 0, netcat.Error);
        return await File.ReadAllBytesAsync(told);
    }
}
