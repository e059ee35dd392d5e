using PollIO.Pmd.Interop;
using PollIO.Pmd.Tests.Support;
using PollIO.Pmd.VhostUser;
using PollIO.Pmd.Virtio;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>A peer makes the eventfd it shares one that blocks: neither side of it waits.</summary>
public sealed class PeersDoNotBlockACore
{
    private const int Rounds = 20_000;

    /// <summary>An eventfd at this count takes no addition, and a write to it waits when it blocks (eventfd(2)).</summary>
    private const ulong Full = ulong.MaxValue - 1;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task NothingIsTakenFromAnEmptyOne()
    {
        using var shared = new EventDescriptor("test");
        LetBlock(shared);
        Assert.Equal(0UL, await Task.Run(shared.Take, TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken));

        shared.Signal();
        shared.Signal();

        Assert.Equal(2UL, shared.Take());
    }

    [Fact]
    public async Task FullOneTakesANotification()
    {
        using var shared = new EventDescriptor("test");
        Add(shared, Full);
        LetBlock(shared);
        var notifier = new EventNotifier(shared.Number);
        await Finish(notifier.Notify);
        Assert.True(shared.Take() >= Full);

        notifier.Notify();

        Assert.Equal((2, 1UL), (notifier.Count, shared.Take()));
    }

    [Fact]
    public async Task FullOneIsPassedOverWhereTheKernelCannotAdd()
    {
        using var shared = new EventDescriptor("test");
        Add(shared, Full);
        LetBlock(shared);
        await Finish(() => EventNotifier.AddUnlessFull(shared.Number));
        Assert.Equal(Full, shared.Take());

        EventNotifier.AddUnlessFull(shared.Number);

        Assert.Equal(1UL, shared.Take());
    }

    /// <summary>There is room for one addition, and the peer makes one just as the core does: whoever comes second would wait.</summary>
    [Fact]
    public async Task PeerThatFillsItAtTheSameTimeHoldsUpNobody()
    {
        Assert.SkipUnless(KernelSignal.IsAvailable, "io_setup(2) is refused here");
        using var shared = new EventDescriptor("test");
        int begun = 0;
        int added = 0;
        Add(shared, Full - 1);
        LetBlock(shared);
        var peer = new Thread(() =>
        {
            for (int i = 1; i <= Rounds; i++)
            {
                Await(ref begun, i);
                Thread.SpinWait(i % 64);
                Add(shared, 1);
                Volatile.Write(ref added, i);
            }
        }) { IsBackground = true };
        peer.Start();
        var notifier = new EventNotifier(shared.Number);
        await Finish(() =>
        {
            for (int i = 1; i <= Rounds; i++)
            {
                Volatile.Write(ref begun, i);
                notifier.Notify();
                Assert.True(shared.Take() >= Full);
                Await(ref added, i);
                _ = shared.Take();
                Add(shared, Full - 1);
            }
        });

        Assert.Equal(Rounds, notifier.Count);
        peer.Join();
    }

    [Fact]
    public async Task SleeperIsNotHeldUpByWhatThePeerDoesToItsInterrupt()
    {
        using var driver = new TestPort("virtio-user:/run/nowhere.sock", start: false);
        using var queues = new VirtioUserQueues(driver.Port, driver.Port.Config);
        var packets = new Packet[driver.Pool.Count];
        Assert.True(driver.Pool.TryAllocateBulk(packets));
        queues.CreateRings(VirtioSpec.VIRTIO_F_VERSION_1, driver.Port.Config);
        RxQueue asleep = queues.Rx[0];
        EventDescriptor shared = queues.Rings[0].Call;
        LetBlock(shared);

        // Full while a device is greeted, and while an lcore goes to sleep that no packet is free for.
        Add(shared, Full);
        await Finish(queues.AttachRings);
        Assert.True(IsReadable(asleep.InterruptDescriptor));
        await Finish(asleep.DisarmInterrupt);
        Assert.False(IsReadable(asleep.InterruptDescriptor));
        Add(shared, Full);
        await Finish(asleep.DisarmInterrupt);
        await Finish(asleep.ArmInterrupt);
        Assert.True(IsReadable(asleep.InterruptDescriptor));
        await Finish(asleep.DisarmInterrupt);

        // Signalled, and empty again before the lcore sees to it.
        Assert.Equal(Full, shared.Take());
        shared.Signal();
        Assert.True(IsReadable(asleep.InterruptDescriptor));
        Assert.Equal(1UL, shared.Take());
        await Finish(asleep.DisarmInterrupt);
        Assert.False(IsReadable(asleep.InterruptDescriptor));
        PacketPool.Free(packets);
    }

    [Fact]
    public void FileWithTheNameOfAnEventIsRefused()
    {
        string folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;
        using (var file = File.OpenHandle(Path.Combine(folder, "anon_inode:[eventfd]"), FileMode.CreateNew, FileAccess.Write))
        {
            Assert.Throws<VhostUserException>(() => EventNotifier.Check((int)file.DangerousGetHandle()));
        }

        Directory.Delete(folder, recursive: true);
    }

    private static void Await(ref int step, int wanted)
    {
        var spinner = default(SpinWait);
        while (Volatile.Read(ref step) < wanted)
        {
            spinner.SpinOnce(sleep1Threshold: -1);
        }
    }

    private static Task Finish(Action action) =>
        Task.Run(action, TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);

    private static unsafe bool IsReadable(int descriptor)
    {
        var wanted = new LibcUnix.PollDescriptor { Descriptor = descriptor, Events = LibcUnix.PollDescriptor.Readable };
        return LibcUnix.Poll(&wanted, 1, timeoutMilliseconds: 0) == 1;
    }

    private static unsafe void Add(EventDescriptor descriptor, ulong value) =>
        Assert.Equal(sizeof(ulong), LibcUnix.Write(descriptor.Number, &value, sizeof(ulong)));

    private static void LetBlock(EventDescriptor descriptor)
    {
        int flags = LibcUnix.FileControl(descriptor.Number, LibcUnix.F_GETFL, 0);
        Assert.Equal(0, LibcUnix.FileControl(descriptor.Number, LibcUnix.F_SETFL, flags & ~LibcUnix.O_NONBLOCK));
    }
}
