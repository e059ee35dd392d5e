using PollIO.Tests.Support;

namespace PollIO.Peer.Tests.Support;

/// <summary>
/// Two network namespaces whose kernels are the peers, each with one end of a veth pair (default offloads); the near ends lie in
/// the test's own namespace, for ports or a bridge to join. All of it is gone after <see cref="DisposeAsync"/>.
/// </summary>
internal sealed class KernelPair : IAsyncDisposable
{
    internal const string AddressA4 = "10.213.0.1";
    internal const string AddressB4 = "10.213.0.2";
    internal const string AddressA6 = "fd21:3::1";
    internal const string AddressB6 = "fd21:3::2";

    private static int s_count;

    private readonly string _id = $"{Environment.ProcessId % 100_000}x{Interlocked.Increment(ref s_count)}";

    private KernelPair()
    {
    }

    internal string NamespaceA => $"pollio-a{_id}";

    internal string NamespaceB => $"pollio-b{_id}";

    internal string NearA => $"pa{_id}";

    internal string NearB => $"pb{_id}";

    private string Bridge => $"br{_id}";

    internal static async Task<KernelPair> CreateAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "making network namespaces needs root");
        ToolRunner.Require("iproute2 iputils-ping", "ip", "ping");
        var pair = new KernelPair();
        try
        {
            await pair.AddAsync(pair.NamespaceA, pair.NearA, AddressA4, AddressA6);
            await pair.AddAsync(pair.NamespaceB, pair.NearB, AddressB4, AddressB6);
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }

        return pair;
    }

    /// <summary>Joins the near ends through a kernel bridge instead of a port.</summary>
    internal async Task BridgeAsync()
    {
        await IpAsync("link", "add", Bridge, "type", "bridge", "stp_state", "0", "forward_delay", "0");
        await IpAsync("link", "set", NearA, "master", Bridge);
        await IpAsync("link", "set", NearB, "master", Bridge);
        await IpAsync("link", "set", Bridge, "up");
    }

    internal async Task UnbridgeAsync() => await IpAsync("link", "del", Bridge);

    /// <summary>Pings from namespace A.</summary>
    internal async Task<PingResult> PingAsync(string address, int count, int size = 56, double interval = 0.002)
    {
        ToolResult result = await ToolRunner.RunAsync(
            "ip",
            ["netns", "exec", NamespaceA, "ping", .. Ping.Arguments(address, count, size, interval)],
            TimeSpan.FromSeconds(60));
        return Ping.Parse(result.Output + result.Error, count);
    }

    public async ValueTask DisposeAsync()
    {
        // What was never made is no error here; the far ends go with their namespaces, and with them the near ends.
        await ToolRunner.RunAsync("ip", ["netns", "del", NamespaceA]);
        await ToolRunner.RunAsync("ip", ["netns", "del", NamespaceB]);
        await ToolRunner.RunAsync("ip", ["link", "del", NearA]);
        await ToolRunner.RunAsync("ip", ["link", "del", NearB]);
        await ToolRunner.RunAsync("ip", ["link", "del", Bridge]);
    }

    internal static Task<string> IpAsync(params string[] arguments) => ToolRunner.RunSuccessfullyAsync("ip", arguments);

    private async Task AddAsync(string name, string near, string address4, string address6)
    {
        await IpAsync("netns", "add", name);
        await IpAsync("link", "add", near, "type", "veth", "peer", "name", "far0", "netns", name);
        await IpAsync("link", "set", near, "up");
        await IpAsync("-n", name, "link", "set", "lo", "up");
        await IpAsync("-n", name, "link", "set", "far0", "up");
        await IpAsync("-n", name, "addr", "add", $"{address4}/24", "dev", "far0");
        await IpAsync("-n", name, "addr", "add", $"{address6}/64", "dev", "far0", "nodad");
    }
}
