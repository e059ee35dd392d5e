using System.Buffers.Binary;
using System.Diagnostics;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.Tests.Virtio;
using PollIO.Pmd.Virtio;
using PollIO.Pmd.VhostUser;
using static PollIO.Pmd.VhostUser.VhostUserSpec;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>A front-end that says what it is told to, and the driver of a guest with one queue pair. Every request is answered before it returns.</summary>
internal sealed unsafe class HandFrontEnd : IDisposable
{
    /// <summary>Where the guest's memory begins.</summary>
    internal const ulong Guest = 0x10000;

    /// <summary>Pages of the guest before those of its buffers.</summary>
    internal const uint FirstBuffer = 6;

    private const ulong User = 0x7f00_0000_0000;
    private const uint Size = 64;
    private const int Page = 4096;
    private const int Pages = 32;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TruncatableMemory _memory = new(Pages);
    private readonly VhostUserChannel _channel;
    private readonly ulong _features;

    /// <summary>Connects, and sets up a ring for each direction.</summary>
    internal HandFrontEnd(string path, bool packed = false, ulong protocolFeatures = VHOST_USER_PROTOCOL_F_LOG_SHMFD)
    {
        int socket = -1;
        Assert.True(SpinWait.SpinUntil(() => new SocketPath(path, "test").TryConnect(out socket) == 0, s_patience));
        _channel = new VhostUserChannel(socket);
        _features = VirtioSpec.VIRTIO_F_VERSION_1 | VHOST_USER_F_PROTOCOL_FEATURES | (packed ? VirtioSpec.VIRTIO_F_RING_PACKED : 0);
        Receives = new HandDriver(At(0), Guest, Size, packed);
        Transmits = new HandDriver(At(HandDriver.End(Size)), Guest + HandDriver.End(Size), Size, packed);
        SendNumber(VHOST_USER_SET_PROTOCOL_FEATURES, protocolFeatures | VHOST_USER_PROTOCOL_F_REPLY_ACK);
        SetLogging(false, addresses: false);
        int descriptor = _memory.DuplicateDescriptor();
        Assert.Equal(0UL, Ask(VHOST_USER_SET_MEM_TABLE, [1, Guest, Pages * Page, User, 0], descriptor));
        for (uint ring = 0; ring < 2; ring++)
        {
            Assert.Equal(0UL, Ask(VHOST_USER_SET_VRING_NUM, [ring | ((ulong)Size << 32)]));
            Assert.Equal(0UL, Ask(VHOST_USER_SET_VRING_BASE, [ring | (packed ? 0x80008000UL << 32 : 0)]));
            SetAddresses(ring, false);
            Assert.Equal(0UL, Ask(VHOST_USER_SET_VRING_KICK, [ring | NoDescriptorFlag]));
            Assert.Equal(0UL, Ask(VHOST_USER_SET_VRING_ENABLE, [ring | (1UL << 32)]));
        }
    }

    /// <summary>The ring the guest receives from.</summary>
    internal HandDriver Receives { get; }

    /// <summary>The ring the guest transmits into.</summary>
    internal HandDriver Transmits { get; }

    /// <summary>The guest's pages, counted as a log does, on which each ring's device area lies.</summary>
    internal static long[] RingPages(bool packed) =>
        [.. new uint[] { 0, HandDriver.End(Size) }.Select(start => PageOf(start + (packed ? 0 : HandDriver.DeviceOffset(Size))))];

    /// <summary>The page, counted as a log does, of a byte of the guest's memory.</summary>
    internal static long PageOf(uint offset) => (long)(Guest + offset) / Page;

    /// <summary>Takes a frame into a buffer at the start of a page.</summary>
    internal byte[] Receive(TestPort device, byte[] frame, uint page)
    {
        Receives.Offer(true, (page * Page, 2048));
        device.Send(device.Make(frame));
        Await(Receives.TryTakeUsed);
        return new Span<byte>(At((page * Page) + VirtioNetHeader.Size), frame.Length).ToArray();
    }

    /// <summary>Sends a frame from a buffer at the start of a page, and returns what the port makes of it.</summary>
    internal byte[] Transmit(TestPort device, byte[] frame, uint page)
    {
        frame.CopyTo(new Span<byte>(At((page * Page) + VirtioNetHeader.Size), frame.Length));
        Transmits.Offer(false, ((page * Page) - HandDriver.End(Size), (uint)(VirtioNetHeader.Size + frame.Length)));
        byte[] received = device.ReceiveBytes();
        Await(Transmits.TryTakeUsed);
        return received;
    }

    /// <summary>Switches logging on or off, as QEMU does when a migration begins and ends.</summary>
    internal void SetLogging(bool isOn, bool addresses = true)
    {
        SendNumber(VHOST_USER_SET_FEATURES, _features | (isOn ? VHOST_F_LOG_ALL : 0));
        for (uint ring = 0; addresses && ring < 2; ring++)
        {
            SetAddresses(ring, isOn);
        }
    }

    /// <summary>Names a log; the answer comes unasked.</summary>
    internal void SetLog(TruncatableMemory log, ulong length, ulong offset)
    {
        Send(VHOST_USER_SET_LOG_BASE, 0, [length, offset], log.DuplicateDescriptor());
        Assert.Equal(0UL, Answer(VHOST_USER_SET_LOG_BASE));
    }

    /// <summary>Sends a request and waits for its answer.</summary>
    /// <param name="request">The request.</param>
    /// <param name="payload">Words of its payload.</param>
    /// <param name="descriptor">A descriptor that goes with it and is closed here, or -1.</param>
    internal ulong Ask(uint request, ulong[] payload, int descriptor = -1)
    {
        Send(request, NeedReplyFlag, payload, descriptor);
        return Answer(request);
    }

    public void Dispose()
    {
        _channel.Dispose();
        _memory.Dispose();
    }

    private static void Await(Func<bool> condition) => Assert.True(SpinWait.SpinUntil(condition, s_patience), "the device did not use a buffer");

    private void SendNumber(uint request, ulong value) => Assert.Equal(0UL, Ask(request, [value]));

    private void SetAddresses(uint ring, bool logs)
    {
        uint start = ring * HandDriver.End(Size);
        (ulong descriptors, ulong driver, ulong device) = HandDriver.Addresses(User + start, Size);
        ulong flags = logs ? VHOST_VRING_F_LOG : 0;
        Assert.Equal(0UL, Ask(VHOST_USER_SET_VRING_ADDR, [ring | (flags << 32), descriptors, device, driver, device - User + Guest]));
    }

    private void Send(uint request, uint flags, ulong[] payload, int descriptor)
    {
        Span<byte> bytes = stackalloc byte[payload.Length * sizeof(ulong)];
        for (int i = 0; i < payload.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(i * sizeof(ulong))..], payload[i]);
        }

        try
        {
            _channel.Send(request, flags, bytes, descriptor < 0 ? [] : [descriptor]);
        }
        finally
        {
            if (descriptor >= 0)
            {
                _ = LibcSocket.Close(descriptor);
            }
        }
    }

    private ulong Answer(uint request)
    {
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < s_patience)
        {
            if (_channel.WaitUntilReadable() && _channel.TryReceive() is { } answer)
            {
                Assert.Equal((request, true), (answer.Request, answer.IsReply));
                return answer.ReadUInt64(0);
            }
        }

        throw new TimeoutException($"request {request} was not answered");
    }

    private byte* At(uint offset) => (byte*)_memory.Address + offset;
}
