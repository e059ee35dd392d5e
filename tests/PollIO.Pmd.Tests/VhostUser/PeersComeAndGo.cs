using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>One side leaves under traffic and comes back, again and again: the other goes on, and nothing leaks.</summary>
[Collection(nameof(DescriptorCollection))]
public sealed class PeersComeAndGo
{
    private static readonly int s_times = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") is null ? 10 : 50;

    [Theory]
    [InlineData("packed=off", true, false)]
    [InlineData("packed=on", true, true)]
    [InlineData("packed=off", false, true)]
    [InlineData("packed=on", false, false)]
    public void ManyTimesUnderTraffic(string keys, bool deviceLeaves, bool driverIsServer)
    {
        using var wire = new VirtioWire(keys, driverIsServer: driverIsServer);
        (TestPort leaving, TestPort staying) = deviceLeaves ? (wire.Device, wire.Driver) : (wire.Driver, wire.Device);
        Exchange(leaving, staying);
        int descriptors = CountDescriptors();
        for (int i = 0; i < s_times; i++)
        {
            Send(staying, Frames.Make(64));
            Send(leaving, Frames.Make(64));
            leaving.Port.Stop();
            WaitFor(() => !staying.Port.Link.IsUp);

            // Nobody is there: what is sent is dropped and counted.
            long before = staying.Sent.DropsBy(DropCause.LinkDown);
            Send(staying, Frames.Make(64));
            Assert.Equal(before + 1, staying.Sent.DropsBy(DropCause.LinkDown));
            leaving.Port.Start();
            wire.WaitUntilUp();
            Exchange(leaving, staying);
        }

        Assert.Equal(s_times, staying.Extended("disconnections"));
        Assert.Equal(0, staying.Extended("protocol_errors"));
        Assert.InRange(CountDescriptors(), 0, descriptors + 4);
        wire.Driver.Port.Stop();
        wire.Device.Port.Stop();
        Assert.Equal((0, 0), (leaving.Pool.Outstanding, staying.Pool.Outstanding));
    }

    [Fact]
    public void PoolsThatComeLaterAreReachedOrCopied()
    {
        using var wire = new VirtioWire();
        using var late = new PacketPool(new PacketPoolOptions { Count = 64 });
        byte[] frame = Frames.Make(100);
        long copied = -1;
        WaitFor(() =>
        {
            Assert.True(late.TryAllocate(out Packet packet));
            packet.TryAppend(frame.Length, out Span<byte> room);
            frame.CopyTo(room);
            long before = wire.Driver.Sent.Copied;
            wire.Driver.Send(packet);
            Assert.Equal(frame, wire.Device.ReceiveBytes());
            copied = wire.Driver.Sent.Copied - before;
            return copied == 0;
        });

        // The device has the new table: nothing is copied any more.
        Assert.Equal(0, copied);
        wire.Driver.Port.Stop();
    }

    [Fact]
    public void SocketLeftBehindIsReplacedAndOneInUseIsNot()
    {
        string folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;
        string path = Path.Combine(folder, "s");
        using var pool = new PacketPool(new PacketPoolOptions());
        using (var stale = new System.Net.Sockets.Socket(System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, 0))
        {
            stale.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(path));
            File.Move(path, path + ".kept");
        }

        File.Move(path + ".kept", path);
        using (Port first = StartedPort.Open($"vhost:{path}", pool))
        {
            PollIOException error = Assert.Throws<PollIOException>(() => StartedPort.Open($"vhost:{path}", pool));
            Assert.Contains("listens on", error.Message, StringComparison.Ordinal);
            Assert.True(File.Exists(path));
        }

        Assert.False(File.Exists(path));
        Directory.Delete(folder, recursive: true);
    }

    private static void Exchange(TestPort left, TestPort right)
    {
        // What was in flight when one side left may still come.
        foreach ((TestPort from, TestPort to) in new[] { (left, right), (right, left) })
        {
            byte[] frame = Frames.Make(200, seed: Random.Shared.Next());
            Send(from, frame);
            while (!frame.AsSpan().SequenceEqual(to.ReceiveBytes()))
            {
            }
        }
    }

    /// <summary>A queue takes nothing for the moment in which its rings change.</summary>
    private static void Send(TestPort port, byte[] frame)
    {
        Packet packet = port.Make(frame);
        WaitFor(() => port.Tx.Transmit([packet]) == 1);
    }

    private static void WaitFor(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, TimeSpan.FromSeconds(20)), "what was waited for did not happen");

    private static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
