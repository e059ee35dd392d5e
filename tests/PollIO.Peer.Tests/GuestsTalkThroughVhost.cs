using System.Text.Json;
using PollIO.Peer.Tests.Support;
using PollIO.Pmd;
using PollIO.Pmd.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>The kernel of a virtual machine, whose NIC is a vhost-user socket, talks to l2fwd's <c>vhost:</c> port.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class GuestsTalkThroughVhost : IDisposable
{
    private const string Address = "10.213.1.1";
    private const string NeighbourOfA = "10.213.0.9";
    private const string Anyone = "10.213.1.77";

    // Feature bits, as sysfs shows them from the lowest on.
    private const int VIRTIO_NET_F_CSUM = 0;
    private const int VIRTIO_NET_F_GUEST_CSUM = 1;
    private const int VIRTIO_F_RING_PACKED = 34;

    private static readonly bool s_isFull = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1";
    private static readonly int s_pings = s_isFull ? 1000 : 200;

    private static readonly int s_transferBytes = s_isFull ? 50_000_000 : 10_000_000;

    private readonly TemporaryFolder _folder = new();

    private string Socket => _folder.PathOf("s");

    public void Dispose() => _folder.Dispose();

    /// <summary>The guest is reset with l2fwd left running; l2fwd is killed and started with the guest left running.</summary>
    [Fact]
    public async Task EveryPingIsAnsweredAlsoAfterEitherSideBeganAgain()
    {
        QemuGuest.Require();
        L2fwdProcess l2fwd = await EchoAsync($"vhost:{Socket}");
        await using QemuGuest guest = await QemuGuest.BootAsync(_folder, Socket);
        await using (l2fwd)
        {
            await guest.SetUpAsync(Address);
            await AssertAnsweredAsync(guest);
            Assert.Equal((false, false, false), await OffersAsync(guest));

            await guest.ResetAsync();
            await guest.SetUpAsync(Address);
            await AssertAnsweredAsync(guest);
            await l2fwd.KillAsync();
        }

        await using L2fwdProcess next = await EchoAsync($"vhost:{Socket}");
        await guest.RunAsync("until ping -c 1 -W 1 " + Anyone + " > /dev/null; do :; done");
        await AssertAnsweredAsync(guest);
        await AssertNothingWrongAsync(next);
    }

    /// <summary>Packed rings, two queue pairs, QEMU as the server: it is killed and started with l2fwd left running.</summary>
    [Fact]
    public async Task EveryPingIsAnsweredOnPackedRingsAlsoAfterQemuBeganAgain()
    {
        QemuGuest.Require();
        await using L2fwdProcess l2fwd = await EchoAsync($"vhost:{Socket}?server=off&queues=2", "--queues", "2");
        for (int i = 0; i < 2; i++)
        {
            await using QemuGuest guest = await QemuGuest.BootAsync(_folder, Socket, listens: true, queues: 2, packed: true);
            await guest.RunAsync("ethtool -L eth0 combined 2");
            await guest.SetUpAsync(Address);
            Assert.Equal((true, false, false), await OffersAsync(guest));
            await AssertAnsweredAsync(guest);
            await guest.KillAsync();
        }

        await AssertNothingWrongAsync(l2fwd);
    }

    /// <summary>l2fwd offers no checksum offload: the guest finishes its own, and those of veth are finished on the way.</summary>
    [Fact]
    public async Task TcpArrivesIntact()
    {
        QemuGuest.Require();
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using L2fwdProcess l2fwd = await L2fwdProcess.StartAsync(
            _folder, "--port", $"vhost:{Socket}", "--port", $"af_packet:{kernels.NearA}", "--mode", "io", "--idle", "interrupt", "--interval", "0");
        await using QemuGuest guest = await QemuGuest.BootAsync(_folder, Socket);
        await guest.SetUpAsync(NeighbourOfA);
        Assert.Equal((false, false, false), await OffersAsync(guest));

        await AssertIntactAsync(guest, kernels.NamespaceA, s_transferBytes);

        await AssertNothingWrongAsync(l2fwd);
    }

    /// <summary>Ports that are configured for it let both kernels leave their checksums unfinished.</summary>
    [Fact]
    public async Task TcpArrivesIntactWithChecksumsLeftUnfinished()
    {
        QemuGuest.Require();
        await using KernelPair kernels = await KernelPair.CreateAsync();
        using var pool = new PacketPool(new PacketPoolOptions { Count = 8192 });
        using Port vhost = Open($"vhost:{Socket}", pool, TxOffloads.Checksum);
        using Port veth = Open($"af_packet:{kernels.NearA}", pool, TxOffloads.None);
        using var forwarder = new Forwarder(vhost, veth, IdleStrategy.Interrupt);
        await using QemuGuest guest = await QemuGuest.BootAsync(_folder, Socket);
        await guest.SetUpAsync(NeighbourOfA);
        Assert.Equal((false, true, true), await OffersAsync(guest));
        Assert.Contains("tx-checksumming: on", await guest.RunAsync("ethtool -k eth0"), StringComparison.Ordinal);

        await AssertIntactAsync(guest, kernels.NamespaceA, s_transferBytes / 5);

        Assert.Equal(0, vhost.GetStatistics().Tx.DropsBy(DropCause.Refused));
        Assert.Equal(0, veth.GetStatistics().Tx.DropsBy(DropCause.Refused));
    }

    private static Port Open(string spec, PacketPool pool, TxOffloads offloads)
    {
        Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = pool, RxOffloads = port.Capabilities.RxOffloads & (RxOffloads.Scatter | RxOffloads.Checksum), TxOffloads = offloads });
        port.Start();
        return port;
    }

    /// <summary>So many bytes to the guest, and as many from it.</summary>
    private static async Task AssertIntactAsync(QemuGuest guest, string peer, int bytes)
    {
        await guest.RunAsync($"busybox nc -l -p {TcpTransfer.Port} > received & until ss -ltn | grep -q :{TcpTransfer.Port}; do :; done");
        string sent = await TcpTransfer.SendAsync(peer, NeighbourOfA, bytes);
        Assert.Equal(sent, Digest(await guest.RunAsync("wait; sha256sum received")));

        string wanted = Digest(await guest.RunAsync($"head -c {bytes} /dev/urandom > sent; sha256sum sent"));
        string received = await TcpTransfer.ReceiveAsync(
            peer, KernelPair.AddressA4, () => guest.RunAsync($"busybox nc {KernelPair.AddressA4} {TcpTransfer.Port} < sent"));
        Assert.Equal(wanted, received);
    }

    private static string Digest(string line) => line.Split(' ')[0];

    private static async Task AssertAnsweredAsync(QemuGuest guest)
    {
        PingResult pings = await guest.PingAsync(Anyone, s_pings);
        Assert.True((pings.Sent, pings.Received) == (s_pings, s_pings), pings.Text);
    }

    /// <summary>What the port offers the guest, as the guest's kernel has it.</summary>
    private static async Task<(bool Packed, bool Checksum, bool GuestChecksum)> OffersAsync(QemuGuest guest)
    {
        string bits = (await guest.RunAsync("cat /sys/class/net/eth0/device/features")).Trim();
        return (bits[VIRTIO_F_RING_PACKED] == '1', bits[VIRTIO_NET_F_CSUM] == '1', bits[VIRTIO_NET_F_GUEST_CSUM] == '1');
    }

    private static async Task AssertNothingWrongAsync(L2fwdProcess l2fwd)
    {
        JsonElement port = (await l2fwd.StopAsync()).GetProperty("ports")[0];
        Assert.Equal(0, port.GetProperty("errors").GetInt64());
        Assert.True(port.GetProperty("rx").GetInt64() >= s_pings, port.ToString());
        Assert.Equal(0, port.GetProperty("extended").GetProperty("protocol_errors").GetInt64());
    }

    private Task<L2fwdProcess> EchoAsync(string port, params string[] more) =>
        L2fwdProcess.StartAsync(_folder, ["--port", port, "--mode", "icmpecho", "--idle", "interrupt", "--interval", "0", .. more]);
}
