using System.Numerics;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Interop;
using PollIO.Pmd.Tests.Hugepages;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.VhostUser;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>A front-end migrates its guest: a <c>vhost:</c> port marks what it writes, loses no frame, and survives any log.</summary>
public sealed class MigrationsAreLogged : IDisposable
{
    private const uint First = HandFrontEnd.FirstBuffer;

    // Guest memory is on pages 16 to 47; the log begins with the second word of its file.
    private const ulong LogLength = 6;
    private const ulong LogOffset = 8;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly string _folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;
    private readonly TestPort _device;
    private readonly TruncatableMemory _log = new(1);
    private int _frames;

    public MigrationsAreLogged() => _device = new TestPort($"vhost:{SocketFile}");

    private string SocketFile => Path.Combine(_folder, "s");

    public void Dispose()
    {
        _device.Dispose();
        _log.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    /// <summary>In QEMU's order: log, features, addresses; and off again without a word of the log.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PagesAreMarkedWhileLoggingIsOn(bool packed)
    {
        using var peer = new HandFrontEnd(SocketFile, packed);
        long[] rings = HandFrontEnd.RingPages(packed);
        peer.SetLog(_log, LogLength, LogOffset);
        AssertEcho(peer, First);
        AssertMarked(_log);

        peer.SetLogging(true);
        TakeMarks(_log);
        AssertEcho(peer, First + 2);
        AssertMarked(_log, [.. rings, HandFrontEnd.PageOf((First + 2) * 4096)]);

        peer.SetLogging(false);
        TakeMarks(_log);
        AssertEcho(peer, First + 4);
        AssertMarked(_log);
        Assert.Equal((0, 0), (_device.Extended("unlogged_writes"), _device.Extended("protocol_errors")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void LogIsReplacedWhileRingsRun(bool packed)
    {
        using var next = new TruncatableMemory(1);
        using var peer = new HandFrontEnd(SocketFile, packed);
        peer.SetLog(_log, LogLength, LogOffset);
        peer.SetLogging(true);
        AssertEcho(peer, First);

        peer.SetLog(next, LogLength, LogOffset);
        TakeMarks(_log);
        TakeMarks(next);
        AssertEcho(peer, First + 1);

        AssertMarked(_log);
        AssertMarked(next, [.. HandFrontEnd.RingPages(packed), HandFrontEnd.PageOf((First + 1) * 4096)]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task NoFrameIsLostWhileLoggingIsSwitched(bool packed)
    {
        using var peer = new HandFrontEnd(SocketFile, packed);
        int switches = 0;
        Task switching = Task.Run(
            () =>
            {
                for (; switches < 60; switches++)
                {
                    peer.SetLog(_log, LogLength, LogOffset);
                    peer.SetLogging(switches % 2 == 0);
                }
            },
            TestContext.Current.CancellationToken);
        uint frames = 0;
        while (!switching.IsCompleted || frames < 100)
        {
            AssertEcho(peer, First + (frames % 8), (int)(60 + (frames % 1000)));
            frames++;
        }

        await switching;
        Assert.Equal((frames, frames), ((uint)_device.Received.Packets, (uint)_device.Sent.Packets));
        Assert.Equal(0, _device.Extended("protocol_errors"));
    }

    [Theory]
    [InlineData(0ul, 0ul)]
    [InlineData(4097ul, 0ul)]
    [InlineData(4096ul, 8ul)]
    [InlineData(8ul, 4ul)]
    [InlineData(ulong.MaxValue, 8ul)]
    [InlineData(8ul, ulong.MaxValue - 7)]
    public void LogThatIsNotInItsFileEndsTheConnection(ulong length, ulong offset) => AssertSentAway([length, offset], _log.DuplicateDescriptor());

    [Fact]
    public void LogWithoutADescriptorEndsTheConnection() => AssertSentAway([LogLength, LogOffset], -1);

    [Fact]
    public void LogThatIsNoMemoryEndsTheConnection()
    {
        using var other = new EventDescriptor("test");
        AssertSentAway([LogLength, LogOffset], TruncatableMemory.Duplicate(other.Number));
    }

    [Fact]
    public void LogCutShortEndsTheConnection() => AssertSentAway([LogLength], _log.DuplicateDescriptor());

    /// <summary>Its address would be one in the peer's own process.</summary>
    [Fact]
    public void LogIsRefusedWithoutItsProtocolFeature()
    {
        using var peer = new HandFrontEnd(SocketFile, protocolFeatures: 0);

        Assert.Equal(1UL, peer.Ask(VhostUserSpec.VHOST_USER_SET_LOG_BASE, [LogLength, LogOffset], _log.DuplicateDescriptor()));
        peer.SetLogging(true);
        AssertEcho(peer, First);
        AssertMarked(_log);
    }

    [Fact]
    public void DescriptorToTellOfTheLogMayBeGivenOrNot()
    {
        using var other = new EventDescriptor("test");
        using var peer = new HandFrontEnd(SocketFile);

        Assert.Equal(0UL, peer.Ask(VhostUserSpec.VHOST_USER_SET_LOG_FD, [], TruncatableMemory.Duplicate(other.Number)));
        Assert.Equal(0UL, peer.Ask(VhostUserSpec.VHOST_USER_SET_LOG_FD, []));
        AssertEcho(peer, First);
    }

    /// <summary>The log ends with page 23, the rings with page 21.</summary>
    [Fact]
    public void PagesBeyondTheLogAreCounted()
    {
        using var peer = new HandFrontEnd(SocketFile);
        peer.SetLog(_log, 3, LogOffset);
        peer.SetLogging(true);
        AssertEcho(peer, First + 1);
        Assert.Equal(0, _device.Extended("unlogged_writes"));
        TakeMarks(_log);

        AssertEcho(peer, First + 2);

        AssertMarked(_log, HandFrontEnd.RingPages(false));
        Assert.Equal(1, _device.Extended("unlogged_writes"));
        peer.SetLog(_log, LogLength, LogOffset);
        Assert.Equal(1, _device.Extended("unlogged_writes"));
    }

    [Fact]
    public void LogTakenAwayUnderTrafficIsSurvived()
    {
        Assert.SkipUnless(SigbusGuard.IsAvailable, SigbusGuard.UnavailableReason ?? "");
        using (var peer = new HandFrontEnd(SocketFile))
        {
            peer.SetLog(_log, LogLength, LogOffset);
            peer.SetLogging(true);
            _log.Truncate(0);
            byte[] frame = Frames.Make(300);
            Assert.Equal(frame, peer.Receive(_device, frame, First));
            Assert.True(SpinWait.SpinUntil(() => _device.Extended("protocol_errors") == 1, s_patience), _device.Describe());
        }

        Assert.Equal(1, _device.Extended("lost_pages"));
        using var next = new HandFrontEnd(SocketFile);
        AssertEcho(next, First);
    }

    private static unsafe ref ulong WordOf(TruncatableMemory log) => ref *(ulong*)(log.Address + (nint)LogOffset);

    private static long[] TakeMarks(TruncatableMemory log)
    {
        var pages = new List<long>();
        for (ulong bits = Interlocked.Exchange(ref WordOf(log), 0); bits != 0; bits &= bits - 1)
        {
            pages.Add(BitOperations.TrailingZeroCount(bits));
        }

        return [.. pages];
    }

    private static unsafe void AssertMarked(TruncatableMemory log, params long[] pages)
    {
        Assert.Equal(pages.Order(), TakeMarks(log));
        var around = new Span<ulong>((void*)log.Address, log.Length / sizeof(ulong));
        Assert.False(around.ContainsAnyExcept(0UL), "bits were set outside the log");
    }

    /// <summary>A frame to the guest and one from it, through buffers on a page.</summary>
    private void AssertEcho(HandFrontEnd peer, uint page, int length = 200)
    {
        byte[] frame = Frames.Make(length, _frames++);
        Assert.Equal(frame, peer.Receive(_device, frame, page));
        Assert.Equal(frame, peer.Transmit(_device, frame, page));
    }

    private void AssertSentAway(ulong[] payload, int descriptor)
    {
        using (var peer = new HandFrontEnd(SocketFile))
        {
            Assert.Throws<VhostUserException>(() => peer.Ask(VhostUserSpec.VHOST_USER_SET_LOG_BASE, payload, descriptor));
        }

        Assert.Equal(1, _device.Extended("protocol_errors"));
        using var next = new HandFrontEnd(SocketFile);
        AssertEcho(next, First);
    }
}
