using System.Diagnostics;
using System.Globalization;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>
/// Another machine on a NIC's wire: a network namespace with the virtio NIC of a slot, driven by the guest's kernel.
/// The first has <see cref="Address4"/> 10.77.0.1, the second 10.77.0.2, in one subnet.
/// </summary>
internal sealed class WirePeer : IAsyncDisposable
{
    private static int s_count;

    private readonly PciDevice _device;
    private readonly bool _silent;

    private WirePeer(PciDevice device, int host, bool silent)
    {
        _silent = silent;
        _device = device;
        Address4 = $"10.77.0.{host}";
        Address6 = $"fd77::{host}";
        Namespace = $"peer{host}-{Interlocked.Increment(ref s_count)}";
    }

    internal string Namespace { get; }

    internal string Address4 { get; }

    internal string Address6 { get; }

    /// <summary>The interface's name, the same inside the namespace.</summary>
    internal string Interface { get; private set; } = string.Empty;

    /// <summary>The interface's MAC address.</summary>
    internal string Mac { get; private set; } = string.Empty;

    /// <param name="slot">The NIC.</param>
    /// <param name="host">The last part of the addresses.</param>
    /// <param name="mtu">Of the interface.</param>
    /// <param name="silent">Whether it says nothing unasked, so that what is counted is what was sent: it has no IPv6.</param>
    internal static async Task<WirePeer> CreateAsync(string slot, int host, int mtu = 1500, bool silent = false)
    {
        var peer = new WirePeer(new PciDevice(slot), host, silent);
        peer.Interface = await peer._device.BindToKernelAsync();
        peer.Mac = (await File.ReadAllTextAsync($"/sys/class/net/{peer.Interface}/address")).Trim();
        await IpAsync("netns", "add", peer.Namespace);
        try
        {
            await peer.SetUpAsync(mtu);
            return peer;
        }
        catch
        {
            await peer.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pings from here.</summary>
    internal async Task<PingResult> PingAsync(string address, int count, int size = 56, double interval = 0.01, params string[] options)
    {
        ToolResult result = await ExecuteAsync("ping", [.. options, .. Ping.Arguments(address, count, size, interval)]);
        return Ping.Parse(result.Output + result.Error, count);
    }

    /// <summary>
    /// Waits until a ping is answered: a link takes its time to come up, and what sends without one is lost on any machine.
    /// The pings have 56 bytes.
    /// </summary>
    internal async Task WaitForAnswerAsync(string address)
    {
        PingResult pings;
        long start = Stopwatch.GetTimestamp();
        do
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(60), $"no answer from {address}");
            ToolResult result = await ExecuteAsync("ping", ["-n", "-c", "3", "-i", "0.01", "-W", "1", address]);
            pings = PingResult.Parse(result.Output + result.Error);
        }
        while (pings.Received != pings.Sent);
    }

    /// <summary>Fixes the link-layer address of a neighbour, for every kind of address this peer has.</summary>
    internal async Task SetNeighbourAsync(WirePeer other, string mac)
    {
        foreach (string address in (string[])(_silent ? [other.Address4] : [other.Address4, other.Address6]))
        {
            await IpAsync("-n", Namespace, "neigh", "replace", address, "lladdr", mac, "dev", Interface, "nud", "permanent");
        }
    }

    /// <summary>Gives the interface another MAC address.</summary>
    internal async Task SetMacAsync(string mac)
    {
        await IpAsync("-n", Namespace, "link", "set", Interface, "address", mac);
        Mac = mac;
    }

    /// <summary>One of the interface's counters, for example "rx_packets".</summary>
    internal Task<long> CounterAsync(string name) => NamespaceThread.RunAsync(Namespace, () => ReadCounter(name));

    /// <summary>Waits until a counter has come so far, and fails when it stands still.</summary>
    internal async Task WaitForCounterAsync(string name, long value)
    {
        long now = await FinalCounterAsync(name, value);
        Assert.True(now >= value, $"{name} of {Interface} stands still at {now}, {value - now} short");
    }

    /// <summary>Waits until a counter has come so far or stands still.</summary>
    /// <returns>Its value then.</returns>
    internal async Task<long> FinalCounterAsync(string name, long value)
    {
        long last = -1, now = await CounterAsync(name);
        for (long moved = Stopwatch.GetTimestamp(); now < value && Stopwatch.GetElapsedTime(moved) < TimeSpan.FromSeconds(10); now = await CounterAsync(name))
        {
            moved = now == last ? moved : Stopwatch.GetTimestamp();
            last = now;
            await Task.Delay(50);
        }

        return now;
    }

    /// <summary>Runs a program here, however it ends.</summary>
    internal Task<ToolResult> ExecuteAsync(string tool, params string[] arguments) =>
        ToolRunner.RunAsync("ip", ["netns", "exec", Namespace, tool, .. arguments], TimeSpan.FromSeconds(Guest.Count(full: 300, brief: 60)));

    /// <summary>Runs a program here that goes on for as long as a test does.</summary>
    internal Task<ToolResult> ExecuteForLongAsync(string tool, params string[] arguments) =>
        ToolRunner.RunAsync("ip", ["netns", "exec", Namespace, tool, .. arguments], TimeSpan.FromHours(2));

    public async ValueTask DisposeAsync()
    {
        // Brought back by hand (a device that was pulled cannot be): a connection a test left open holds the namespace for a while.
        await ToolRunner.RunAsync("ip", ["-n", Namespace, "link", "set", Interface, "netns", "1"]);
        await IpAsync("netns", "del", Namespace);
    }

    private static Task<string> IpAsync(params string[] arguments) => ToolRunner.RunSuccessfullyAsync("ip", arguments);

    private async Task SetUpAsync(int mtu)
    {
        await IpAsync("link", "set", Interface, "netns", Namespace);
        if (_silent)
        {
            await ExecuteAsync("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
        }

        await IpAsync("-n", Namespace, "link", "set", "lo", "up");
        await IpAsync("-n", Namespace, "link", "set", Interface, "mtu", $"{mtu}", "up");
        await IpAsync("-n", Namespace, "addr", "add", $"{Address4}/24", "dev", Interface);
        if (!_silent)
        {
            await IpAsync("-n", Namespace, "addr", "add", $"{Address6}/64", "dev", Interface, "nodad");
        }
    }

    // /proc/net is of the process's namespace; the thread's own is beside it.
    private long ReadCounter(string name)
    {
        string[] names = ["rx_bytes", "rx_packets", "rx_errors", "rx_dropped", "", "", "", "", "tx_bytes", "tx_packets", "tx_errors", "tx_dropped"];
        string line = File.ReadLines("/proc/thread-self/net/dev").First(line => line.TrimStart().StartsWith(Interface + ":", StringComparison.Ordinal));
        string[] values = line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return long.Parse(values[Array.IndexOf(names, name)], CultureInfo.InvariantCulture);
    }
}
