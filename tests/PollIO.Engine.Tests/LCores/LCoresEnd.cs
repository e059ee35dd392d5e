namespace PollIO.Tests.LCores;

public sealed class LCoresEnd
{
    private static readonly LCoreOptions s_options = new() { Cpu = Probe.AnyCpu, Idle = IdleStrategy.Yield };

    [Fact]
    public async Task StopEndsTheLCore()
    {
        var probe = new Probe();
        using LCore core = LCore.Launch(s_options, new CallingProcessor(probe));
        Probe.Await(() => Volatile.Read(ref probe.Polls) > 0, "the first poll");
        Assert.False(core.Completion.IsCompleted);

        core.Stop();
        await core.Completion.WaitAsync(Probe.Patience, TestContext.Current.CancellationToken);

        long polls = Volatile.Read(ref probe.Polls);
        Assert.Equal(polls, core.Statistics.Polls);
        Assert.Equal(polls, Volatile.Read(ref probe.Polls));
    }

    [Fact]
    public async Task ProcessorThatIsCompleteEndsTheLCore()
    {
        var probe = new Probe();
        using LCore core = LCore.Launch(s_options, new CallingProcessor(probe));
        Volatile.Write(ref probe.Completed, true);

        await core.Completion.WaitAsync(Probe.Patience, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task ProcessorThatIsCompleteAtOnceIsNotPolled()
    {
        var probe = new Probe { Completed = true };
        using LCore core = LCore.Launch(s_options, new CallingProcessor(probe));

        await core.Completion.WaitAsync(Probe.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(0, probe.Polls);
        Assert.Equal(0, core.Statistics.Polls);
    }

    [Fact]
    public async Task ProcessorThatThrowsFaultsTheCompletionAndGivesItsCacheBack()
    {
        using PacketPool pool = Pools.Create(count: 256, cache: 128);
        using LCore core = LCore.Launch(s_options, new CallingProcessor(new Probe(), () =>
        {
            PacketPool.Free(pool.Take(128));
            throw new NotSupportedException("the test says so");
        }));

        NotSupportedException error = await Assert.ThrowsAsync<NotSupportedException>(
            () => core.Completion.WaitAsync(Probe.Patience, TestContext.Current.CancellationToken));
        Assert.Equal("the test says so", error.Message);
        Assert.Equal(0, pool.Outstanding);

        // All of it is in the shared part: a plain thread can take it.
        PacketPool.Free(pool.Take(256));
        core.Stop();
    }

    [Fact]
    public void PortStopsThoughTheProcessorThrewInsideItsTap()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:throwing").Started(pool);
        port.Rx.Endless = true;
        port.AttachTap(new ThrowingTap());
        var burst = new Packet[4];
        using LCore core = LCore.Launch(s_options, new CallingProcessor(new Probe(), () => port.Rx.Receive(burst)));
        Probe.Await(() => core.Completion.IsFaulted, "the tap's exception");

        port.Stop();
        Assert.Equal(0, pool.Outstanding);
    }

    [Fact]
    public void DisposeStopsAndMayBeRepeated()
    {
        LCore core = LCore.Launch(s_options, new CallingProcessor(new Probe()));
        core.Dispose();
        Assert.True(core.Completion.IsCompletedSuccessfully);

        core.Dispose();
        core.Stop();
    }

    [Fact]
    public void LCoreThatDisposesItselfIsTold()
    {
        LCore? self = null;
        using LCore core = LCore.Launch(s_options, new CallingProcessor(new Probe(), () =>
        {
            Volatile.Read(ref self)?.Dispose();
            return 0;
        }));
        Volatile.Write(ref self, core);

        Probe.Await(() => core.Completion.IsFaulted, "the exception");
        Assert.IsType<InvalidOperationException>(core.Completion.Exception!.InnerException);
    }

    [Fact]
    public void HundredLCoresComeAndGo()
    {
        for (int i = 0; i < 100; i++)
        {
            using LCore core = LCore.Launch(s_options, new CallingProcessor(new Probe()));
        }
    }

    private sealed class ThrowingTap : IPacketTap
    {
        public void Received(RxQueue queue, ReadOnlySpan<Packet> packets) => throw new NotSupportedException();

        public void Transmitting(TxQueue queue, ReadOnlySpan<Packet> packets)
        {
        }

        public void Transmitted(TxQueue queue, int count)
        {
        }
    }
}
