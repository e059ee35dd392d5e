using PollIO.Interop;

namespace PollIO.Tests.Control;

public sealed unsafe class ControlThreadServes : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly int _descriptor = Libc.EventFd(0, Libc.EFD_CLOEXEC | Libc.EFD_NONBLOCK);

    public void Dispose()
    {
        ControlThread.Shared.Unregister(_descriptor);
        _ = Libc.Close(_descriptor);
    }

    [Fact]
    public void HandlerRunsOnTheControlThreadForEveryEvent()
    {
        using var ran = new SemaphoreSlim(0);
        bool onControlThread = false;
        ControlThread.Shared.Register(_descriptor, () =>
        {
            Drain();
            onControlThread = ControlThread.Shared.IsCurrent;
            ran.Release();
        });

        for (int i = 0; i < 3; i++)
        {
            Raise();
            Assert.True(ran.Wait(s_patience, TestContext.Current.CancellationToken));
        }

        Assert.True(onControlThread);
        Assert.False(ControlThread.Shared.IsCurrent);
    }

    [Fact]
    public void DescriptorThatCannotBeWaitedOnIsRefused()
    {
        Assert.Throws<PollIOException>(() => ControlThread.Shared.Register(-1, () => { }));
        using FileStream file = File.OpenRead("/proc/self/exe");
        Assert.Throws<PollIOException>(() => ControlThread.Shared.Register((int)file.SafeFileHandle.DangerousGetHandle(), () => { }));
    }

    [Fact]
    public void SecondRegistrationIsRefusedAndTheFirstStays()
    {
        using var ran = new SemaphoreSlim(0);
        ControlThread.Shared.Register(_descriptor, () =>
        {
            Drain();
            ran.Release();
        });

        Assert.Throws<ArgumentException>(() => ControlThread.Shared.Register(_descriptor, () => { }));

        Raise();
        Assert.True(ran.Wait(s_patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public void UnregisterWaitsForTheHandlerThatRuns()
    {
        using var entered = new SemaphoreSlim(0);
        using var mayLeave = new SemaphoreSlim(0);
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        bool left = false;
        ControlThread.Shared.Register(_descriptor, () =>
        {
            Drain();
            entered.Release();
            mayLeave.Wait(s_patience, cancellation);
            Volatile.Write(ref left, true);
        });
        Raise();
        Assert.True(entered.Wait(s_patience, TestContext.Current.CancellationToken));

        bool leftBefore = false;
        var unregister = new Thread(() =>
        {
            ControlThread.Shared.Unregister(_descriptor);
            leftBefore = Volatile.Read(ref left);
        });
        unregister.Start();
        mayLeave.Release();
        unregister.Join();

        Assert.True(leftBefore);
    }

    [Fact]
    public void HandlerMayUnregisterItself()
    {
        using var ran = new SemaphoreSlim(0);
        ControlThread.Shared.Register(_descriptor, () =>
        {
            ControlThread.Shared.Unregister(_descriptor);
            ran.Release();
        });
        Raise();

        Assert.True(ran.Wait(s_patience, TestContext.Current.CancellationToken));
        ControlThread.Shared.Register(_descriptor, Drain);
    }

    [Fact]
    public void CallerThatHoldsTheSerializerDoesNotWaitForAHandlerThatWantsIt()
    {
        var serializer = new Lock();
        int calls = 0;
        ControlThread.Shared.Register(_descriptor, () => calls++, serializer);
        lock (serializer)
        {
            // The control thread is at the lock, or will be; either way the handler never runs.
            Raise();
            ControlThread.Shared.Unregister(_descriptor);
        }

        AwaitTheControlThread();
        Assert.Equal(0, calls);
    }

    [Fact]
    public void HandlerThatThrowsIsReportedAndCalledNoMore()
    {
        using var failed = new SemaphoreSlim(0);
        int calls = 0;
        void Note(int descriptor, Exception error)
        {
            if (descriptor == _descriptor && error is NotSupportedException)
            {
                failed.Release();
            }
        }

        ControlThread.Shared.HandlerFailed += Note;
        ControlThread.Shared.Register(_descriptor, () =>
        {
            calls++;
            throw new NotSupportedException();
        });
        Raise();
        Assert.True(failed.Wait(s_patience, TestContext.Current.CancellationToken));
        ControlThread.Shared.HandlerFailed -= Note;

        Raise();
        AwaitTheControlThread();
        Assert.Equal(1, calls);
    }

    [Fact]
    public void HundredsOfRegistrationsComeAndGoUnderEvents()
    {
        for (int i = 0; i < 300; i++)
        {
            bool registered = true;
            bool calledLate = false;
            ControlThread.Shared.Register(_descriptor, () => calledLate |= !Volatile.Read(ref registered));
            Raise();
            ControlThread.Shared.Unregister(_descriptor);
            Volatile.Write(ref registered, false);
            Drain();
            Assert.False(calledLate);
        }
    }

    // A second descriptor's event is served after all that came before it.
    private static void AwaitTheControlThread()
    {
        using var other = new ControlThreadServes();
        using var ran = new SemaphoreSlim(0);
        ControlThread.Shared.Register(other._descriptor, () =>
        {
            other.Drain();
            ran.Release();
        });
        other.Raise();
        Assert.True(ran.Wait(s_patience, TestContext.Current.CancellationToken));
    }

    private void Raise()
    {
        ulong one = 1;
        Assert.Equal(8, Libc.Write(_descriptor, &one, sizeof(ulong)));
    }

    private void Drain()
    {
        ulong count;
        _ = Libc.Read(_descriptor, &count, sizeof(ulong));
    }
}
