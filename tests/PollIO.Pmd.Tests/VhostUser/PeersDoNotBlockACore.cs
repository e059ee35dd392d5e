using PollIO.Pmd.Interop;
using PollIO.Pmd.VhostUser;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>A peer makes the eventfd it shares one that blocks: neither side of it waits.</summary>
public sealed class PeersDoNotBlockACore
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

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
    public async Task NobodyIsNotifiedThroughAFullOne()
    {
        const ulong full = ulong.MaxValue - 1;
        using var shared = new EventDescriptor("test");
        Add(shared, full);
        LetBlock(shared);
        var notifier = new EventNotifier(shared.Number);
        await Task.Run(notifier.Notify, TestContext.Current.CancellationToken).WaitAsync(s_patience, TestContext.Current.CancellationToken);
        Assert.Equal((0, full), (notifier.Count, shared.Take()));

        notifier.Notify();

        Assert.Equal((1, 1UL), (notifier.Count, shared.Take()));
    }

    private static unsafe void Add(EventDescriptor descriptor, ulong value) =>
        Assert.Equal(sizeof(ulong), LibcUnix.Write(descriptor.Number, &value, sizeof(ulong)));

    private static void LetBlock(EventDescriptor descriptor)
    {
        int flags = LibcUnix.FileControl(descriptor.Number, LibcUnix.F_GETFL, 0);
        Assert.Equal(0, LibcUnix.FileControl(descriptor.Number, LibcUnix.F_SETFL, flags & ~LibcUnix.O_NONBLOCK));
    }
}
