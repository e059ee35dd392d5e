using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary><c>virtio-user:</c>, <c>ring:</c> and <c>af_packet:</c> on one pool: a packet goes from port to port as it is.</summary>
[Collection(NetworkCollection.Name)]
[Trait("tier", "peer")]
public sealed class OnePoolServesEveryKindOfPort : IDisposable
{
    private const int Frame = 900;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("pollio-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("packed=off")]
    [InlineData("packed=on")]
    public void WithoutACopyOnTheWay(string keys)
    {
        using var peer = new OnePeer();
        using var kernel = new RawPeer(peer.Wire);
        string path = Path.Combine(_folder.FullName, "s");
        using var pool = new PacketPool(new PacketPoolOptions { Count = 8192 });
        using var device = new TestPort($"vhost:{path}");
        using Port driver = Open($"virtio-user:{path}?{keys}", pool), near = Open("ring:one-pool", pool), far = Open("ring:one-pool", pool);
        using Port veth = Open(peer.Spec, pool);
        Assert.True(SpinWait.SpinUntil(() => device.Port.Link.IsUp && driver.Link.IsUp, TimeSpan.FromSeconds(20)), device.Describe());
        for (int i = 0; i < 1000; i++)
        {
            byte[] there = Frames.Make(Frame, seed: i), back = Frames.Make(Frame, seed: -i);
            device.Send(device.Make(there));
            Carry(driver, near, far, veth, there);
            Assert.Equal(there, kernel.Receive());

            kernel.Send(back);
            Carry(veth, far, near, driver, back);
            Assert.Equal(back, device.ReceiveBytes());
        }

        Assert.Equal((0, 0, 0, 0), (Copied(driver), Copied(near), Copied(far), Copied(veth)));
        Assert.All([driver, near, far, veth], port => port.Stop());
        Assert.Equal(0, pool.Outstanding);
    }

    /// <summary>From a port over the software wire to another; on the way the bytes stay where they came.</summary>
    private static void Carry(Port from, Port entry, Port exit, Port to, byte[] frame)
    {
        Packet received = Take(from, frame);
        ref byte first = ref received.Data[0];
        TestPort.SendThrough(entry.TxQueues[0], received);
        Packet carried = Take(exit, frame);
        Assert.True(System.Runtime.CompilerServices.Unsafe.AreSame(ref first, ref carried.Data[0]), "the frame was copied");
        TestPort.SendThrough(to.TxQueues[0], carried);
    }

    /// <summary>Waits for a frame, and drops what a kernel says on its own.</summary>
    private static Packet Take(Port port, byte[] frame)
    {
        var burst = new Packet[1];
        Packet taken = default;
        Assert.True(SpinWait.SpinUntil(
            () =>
            {
                if (port.RxQueues[0].Receive(burst) == 0)
                {
                    return false;
                }

                taken = burst[0];
                if (taken.Data.SequenceEqual(frame))
                {
                    return true;
                }

                taken.Free();
                return false;
            },
            TimeSpan.FromSeconds(20)));
        return taken;
    }

    private static long Copied(Port port) => port.GetStatistics().Tx.Copied;

    private static Port Open(string spec, PacketPool pool)
    {
        Port port = PortFactory.Open(spec);
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        return port;
    }
}
