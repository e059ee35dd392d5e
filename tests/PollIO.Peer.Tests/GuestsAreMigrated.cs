using System.Buffers.Binary;
using System.Net;
using System.Text.Json;
using PollIO.Capture;
using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>A virtual machine moves while it runs from a QEMU, whose NIC one l2fwd serves, to another, whose NIC another l2fwd serves.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class GuestsAreMigrated : IDisposable
{
    private const string Address = "10.213.0.9";
    private const int Bytes = 2_000_000;

    // Received and not read when the guest moves; within the window a receiver begins with.
    private const int Unread = 32_768;

    private const int Pings = 20;

    /// <summary>Queue pairs, and whether the rings are packed: more than one kind with long runs only.</summary>
    public static TheoryData<int, bool> Nics => Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1"
        ? new() { { 1, false }, { 1, true }, { 2, false }, { 2, true } }
        : new() { { 1, false } };

    private readonly TemporaryFolder _here = new();
    private readonly TemporaryFolder _there = new();

    public void Dispose()
    {
        _here.Dispose();
        _there.Dispose();
    }

    /// <summary>What came in while the guest's memory was under way lies where only the device wrote, and is read after the guest has moved.</summary>
    [Theory]
    [MemberData(nameof(Nics))]
    public async Task ConnectionsGoOnWhereTheGuestGoes(int queues, bool packed)
    {
        QemuGuest.Require();
        string arrival = _there.PathOf("arrival");
        string capture = _there.PathOf("arrived.pcapng");
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using L2fwdProcess here = await JoinAsync(_here, kernels.NearA, queues);
        await using L2fwdProcess there = await JoinAsync(_there, kernels.NearA, queues, "--capture", capture);
        await using QemuGuest left = await QemuGuest.BootAloneAsync(_here, _here.PathOf("s"), queues, packed);
        await using QemuGuest arrived = await QemuGuest.AwaitAsync(_there, _there.PathOf("s"), queues, packed, arrival);
        await left.SetUpAsync(Address);
        Assert.Equal($"{queues}", (await left.RunAsync("ls /sys/class/net/eth0/queues | grep -c rx-")).Trim());
        await left.RunAsync($"ping -i 0.05 {KernelPair.AddressA4} > pings &");
        await left.RunAsync($"nc -l -p {TcpTransfer.Port} > received & reader=$!; until {Connection("0A", "0")}; do :; done; kill -STOP $reader");
        await left.RunAsync("for i in 1 2 3 4 5 6 7 8; do cat /bin/busybox; done > /many; while :; do cat /many > /written; done & writer=$!");

        await left.BeginMigrationAsync(arrival);
        Task<string> sending = TcpTransfer.SendAsync(kernels.NamespaceA, Address, Bytes);
        await left.RunAsync($"until {Connection("01", $"{Unread}")}; do sleep 0.05; done; kill $writer");
        await left.FinishMigrationAsync();
        await arrived.RunAsync("kill -CONT $reader; wait $reader");

        Assert.Equal(await sending, (await arrived.RunAsync("sha256sum received")).Split(' ')[0]);
        await arrived.RunAsync($"answered=$(grep -c ttl= pings); until [ $(grep -c ttl= pings) -ge $((answered + {Pings})) ]; do sleep 0.1; done");
        Assert.True(await ReceivedAsync(here) > 0);
        Assert.True(await ReceivedAsync(there) >= Pings);
        Assert.True(HasAnnouncement(capture), "the guest did not announce itself where it went");
    }

    /// <summary>A condition: the reader's port has a socket in a state, with so many bytes unread (proc(5), /proc/net).</summary>
    private static string Connection(string state, string unread) =>
        $"unread=$(cat /proc/net/tcp /proc/net/tcp6 | sed -n 's/.*:{TcpTransfer.Port:X4} [0-9A-F]*:[0-9A-F]* {state} [0-9A-F]*:\\([0-9A-F]*\\) .*/\\1/p') && [ -n \"$unread\" ] && [ $((0x$unread)) -ge {unread} ]";

    private static Task<L2fwdProcess> JoinAsync(TemporaryFolder folder, string wire, int queues, params string[] options) => L2fwdProcess.StartAsync(
        folder,
        ["--port", $"vhost:{folder.PathOf("s")}?queues={queues}", "--port", $"af_packet:{wire}", "--queues", $"{queues}", "--mode", "io",
        "--idle", "interrupt", "--interval", "0", .. options]);

    /// <summary>Whether there is an ARP request of the guest for its own address (RFC 5227 §3), which its kernel sends when told to only.</summary>
    private static bool HasAnnouncement(string capture)
    {
        const int EtherType = 12, Sender = 28, Target = 38, Length = 42, Arp = 0x0806;
        byte[] guest = IPAddress.Parse(Address).GetAddressBytes();
        using CaptureReader reader = CaptureReader.Open(capture);
        while (reader.TryReadNext(out _, out ReadOnlySpan<byte> frame))
        {
            if (frame.Length >= Length && BinaryPrimitives.ReadUInt16BigEndian(frame[EtherType..]) == Arp
                && frame.Slice(Sender, 4).SequenceEqual(guest) && frame.Slice(Target, 4).SequenceEqual(guest))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Frames of the guest an l2fwd took, with nothing wrong about its NIC.</summary>
    private static async Task<long> ReceivedAsync(L2fwdProcess l2fwd)
    {
        JsonElement port = (await l2fwd.StopAsync()).GetProperty("ports")[0];
        JsonElement extended = port.GetProperty("extended");
        Assert.Equal((0, 0), (extended.GetProperty("protocol_errors").GetInt64(), extended.GetProperty("unlogged_writes").GetInt64()));
        return port.GetProperty("rx").GetInt64();
    }
}
