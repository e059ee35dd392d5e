using PollIO.Pmd.Interop;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.VhostUser;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>Devices that answer anything: the driver sends them away, leaks nothing, and is served by the next.</summary>
[Collection(nameof(DescriptorCollection))]
public sealed class HostileBackEndsAreSurvived
{
    private static readonly int s_mutations = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1" ? 1_000_000 : 2_000;
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    [Fact]
    public void WhateverTheyAnswer()
    {
        string folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;
        string path = Path.Combine(folder, "s");
        var random = new Random(7);
        using (var driver = new TestPort($"virtio-user:{path}?server=on"))
        {
            int before = CountDescriptors();
            using (var sent = new EventDescriptor("test"))
            {
                int mutations = 0;
                while (mutations < s_mutations)
                {
                    int socket = -1;
                    Assert.True(SpinWait.SpinUntil(() => new SocketPath(path, "test").TryConnect(out socket) == 0, s_patience));
                    using var backEnd = new HostileBackEnd(socket, random, sent.Number);
                    backEnd.Run();
                    mutations += backEnd.Mutations;
                }
            }

            Assert.True(SpinWait.SpinUntil(() => CountDescriptors() <= before + 4, s_patience), $"{before} descriptors were open before, {CountDescriptors()} after");
            Assert.True(driver.Extended("protocol_errors") > s_mutations / 10, driver.Describe());
            using (var device = new TestPort($"vhost:{path}?server=off"))
            {
                Assert.True(SpinWait.SpinUntil(() => driver.Port.Link.IsUp && device.Port.Link.IsUp, s_patience), driver.Describe());
                byte[] frame = Frames.Make(300);
                driver.Send(driver.Make(frame));
                Assert.Equal(frame, device.ReceiveBytes());
            }

            driver.Port.Stop();
            Assert.Equal(0, driver.Pool.Outstanding);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
