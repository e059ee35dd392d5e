using System.Globalization;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>The kernel's packet generator on the NIC of a peer: UDP frames to a MAC address and to nobody's IP address (so that no kernel answers), at a pace or as fast as they go.</summary>
internal sealed class Pktgen : IAsyncDisposable
{
    private const string Folder = "/proc/net/pktgen";
    private const string Thread = "kpktgend_0";

    private readonly WirePeer _peer;
    private readonly Task<ToolResult> _run;

    private Pktgen(WirePeer peer, Task<ToolResult> run)
    {
        _peer = peer;
        _run = run;
    }

    /// <param name="peer">Who sends.</param>
    /// <param name="toMac">Destination of the frames.</param>
    /// <param name="count">How many; 0 goes on until the generator is disposed.</param>
    /// <param name="size">Bytes of a frame, without its check sequence.</param>
    /// <param name="rate">Frames a second; 0 is as fast as they go.</param>
    internal static async Task<Pktgen> StartAsync(WirePeer peer, string toMac, long count, int size = 60, int rate = 0)
    {
        await Guest.LoadAsync("pktgen");
        await WriteAsync(peer, Thread, "rem_device_all");
        await WriteAsync(peer, Thread, $"add_device {peer.Interface}");
        string delay = rate == 0 ? "delay 0" : $"delay {1_000_000_000 / rate}";
        foreach (string command in (string[])[$"count {count}", $"pkt_size {size}", delay, $"dst_mac {toMac}", "dst 10.77.0.99", "clone_skb 0"])
        {
            await WriteAsync(peer, peer.Interface, command);
        }

        return new Pktgen(peer, peer.ExecuteForLongAsync("sh", "-c", $"echo start > {Folder}/pgctrl"));
    }

    /// <summary>Waits until all are sent.</summary>
    /// <returns>How many the NIC took.</returns>
    internal async Task<long> SentAsync()
    {
        ToolResult run = await _run;
        Assert.True(run.ExitCode == 0, run.Error);
        string result = (await _peer.ExecuteAsync("cat", $"{Folder}/{_peer.Interface}")).Output;
        string line = result.Split('\n').First(text => text.Contains("pkts-sofar:", StringComparison.Ordinal));
        return long.Parse(line.Split("pkts-sofar:")[1].TrimStart().Split(' ')[0], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync()
    {
        await WriteAsync(_peer, "pgctrl", "stop");
        await _run;
        await WriteAsync(_peer, Thread, "rem_device_all");
    }

    private static async Task WriteAsync(WirePeer peer, string file, string command)
    {
        ToolResult result = await peer.ExecuteAsync("sh", "-c", $"echo {command} > {Folder}/{file}");
        Assert.True(result.ExitCode == 0, $"pktgen does not take '{command}': {result.Error}");
    }
}
