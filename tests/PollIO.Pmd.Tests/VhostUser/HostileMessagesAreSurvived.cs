using System.Buffers.Binary;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.VhostUser;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>Peers that send anything: they lose their connection, and the next one is served.</summary>
[Collection(nameof(DescriptorCollection))]
public sealed class HostileMessagesAreSurvived
{
    private static readonly int s_messages = Environment.GetEnvironmentVariable("POLLIO_TESTS_FULL") == "1" ? 1_000_000 : 5_000;

    [Fact]
    public void WhateverIsSentToADevice()
    {
        string folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;
        string path = Path.Combine(folder, "s");
        var random = new Random(1);
        using (var device = new TestPort($"vhost:{path}"))
        {
            int before = CountDescriptors();
            using (var memory = new TruncatableMemory(2))
            using (var notification = new EventDescriptor("test"))
            {
                int file = memory.DuplicateDescriptor();
                int sent = 0;
                while (sent < s_messages)
                {
                    // The port takes one caller at a time; a few wait.
                    int socket = -1;
                    Assert.True(SpinWait.SpinUntil(() => new SocketPath(path, "test").TryConnect(out socket) == 0, TimeSpan.FromSeconds(20)));
                    using var channel = new VhostUserChannel(socket);
                    sent += SendUntilRefused(channel, random, notification.Number, file);
                }

                _ = LibcSocket.Close(file);
            }

            Assert.True(SpinWait.SpinUntil(() => CountDescriptors() <= before + 4, TimeSpan.FromSeconds(20)), $"{before} descriptors were open before, {CountDescriptors()} after");
            using var driver = new TestPort($"virtio-user:{path}");
            Assert.True(SpinWait.SpinUntil(() => driver.Port.Link.IsUp && device.Port.Link.IsUp, TimeSpan.FromSeconds(20)), device.Describe());
            byte[] frame = Frames.Make(300);
            driver.Send(driver.Make(frame));
            Assert.Equal(frame, device.ReceiveBytes());
            Assert.True(device.Extended("protocol_errors") > 0);
        }

        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void ConfigurationRequestWithoutItsHeaderLeftThePortUnserved()
    {
        string folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;
        string path = Path.Combine(folder, "s");
        using (var device = new TestPort($"vhost:{path}"))
        {
            Assert.Equal(0, new SocketPath(path, "test").TryConnect(out int socket));
            using (var channel = new VhostUserChannel(socket))
            {
                channel.Send(VhostUserSpec.VHOST_USER_GET_CONFIG, 0, [0, 0, 0, 0, 16, 0, 0, 0]);
                Assert.True(SpinWait.SpinUntil(() => device.Extended("protocol_errors") == 1, TimeSpan.FromSeconds(20)));
            }

            using var driver = new TestPort($"virtio-user:{path}");
            Assert.True(SpinWait.SpinUntil(() => driver.Port.Link.IsUp, TimeSpan.FromSeconds(20)), device.Describe());
        }

        Directory.Delete(folder, recursive: true);
    }

    private static int SendUntilRefused(VhostUserChannel channel, Random random, int notification, int memory)
    {
        Span<byte> payload = stackalloc byte[300];
        int sent = 0;
        try
        {
            for (; sent < 40; sent++)
            {
                uint request = (uint)random.Next(0, 45);
                random.NextBytes(payload);
                BinaryPrimitives.WriteUInt32LittleEndian(payload, (uint)random.Next(4));
                BinaryPrimitives.WriteUInt32LittleEndian(payload[4..], random.Next(4) == 0 ? (uint)random.Next() : 1u << random.Next(16));
                int length = random.Next(6) switch { 0 => random.Next(payload.Length), 1 => 40, 2 => 16, _ => 8 };
                int descriptor = random.Next(3) == 0 ? memory : notification;
                if (request == VhostUserSpec.VHOST_USER_SET_LOG_BASE && random.Next(4) != 0)
                {
                    // A log that could be one: its length and where it begins in its file.
                    (length, descriptor) = (16, memory);
                    BinaryPrimitives.WriteUInt64LittleEndian(payload, (ulong)random.Next(9000));
                    BinaryPrimitives.WriteUInt64LittleEndian(payload[8..], (ulong)(random.Next(4) == 0 ? random.Next(9000) : 8 * random.Next(1000)));
                }

                int[] descriptors = random.Next(3) == 0 ? [] : Enumerable.Repeat(descriptor, random.Next(1, 9)).ToArray();
                channel.Send(request, (uint)random.Next(4) << 2, payload[..length], descriptors);
                while (channel.TryReceive() is not null)
                {
                }
            }
        }
        catch (VhostUserException)
        {
            // Sent away.
        }

        return sent + 1;
    }

    private static int CountDescriptors() => Directory.GetFiles("/proc/self/fd").Length;
}
