using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>The process has no descriptor left halfway through a port's queues.</summary>
[Collection(nameof(DescriptorCollection))]
public sealed class DescriptorsRunOut
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Theory]
    [InlineData("vhost")]
    [InlineData("virtio-user")]
    public void QueuesMadeBeforeAreGivenBackAndFormerOnesStay(string driver)
    {
        string folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;
        string path = Path.Combine(folder, "s");
        string other = driver == "vhost" ? "virtio-user" : "vhost";
        using (var port = new TestPort($"{driver}:{path}?queues=8&server=on", start: false))
        {
            PortConfig former = port.Port.Config;
            int before = OpenDescriptors.Count("[event");
            using (new FewDescriptors(left: 10))
            {
                PollIOException error = Assert.Throws<PollIOException>(() => port.Port.Configure(former with { RxQueues = 8, TxQueues = 8 }));
                Assert.Contains("EMFILE", error.Message, StringComparison.Ordinal);
            }

            Assert.Equal(before, OpenDescriptors.Count("[event"));
            Assert.Same(former, port.Port.Config);
            port.Port.Start();
            using var peer = new TestPort($"{other}:{path}?server=off");
            Assert.True(SpinWait.SpinUntil(() => port.Port.Link.IsUp && peer.Port.Link.IsUp, s_patience), port.Describe());
            byte[] frame = Frames.Make(300);
            peer.Send(peer.Make(frame));
            Assert.Equal(frame, port.ReceiveBytes());
        }

        Directory.Delete(folder, recursive: true);
    }
}
