namespace PollIO.Tests.LCores;

[Collection(nameof(Alone))]
public sealed class LCoresAreRefused
{
    [Theory]
    [InlineData(-1)]
    [InlineData(1023)]
    [InlineData(1_000_000)]
    public void CpuThatIsNotThereIsNamed(int cpu)
    {
        PollIOException error = Assert.Throws<PollIOException>(() => Launch(new LCoreOptions { Cpu = cpu }));

        Assert.Contains($"CPU {cpu}", error.Message, StringComparison.Ordinal);
        Assert.Contains("/sys/devices/system/cpu/online", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(100)]
    public void PriorityOutOfRangeIsRefused(int priority)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Launch(new LCoreOptions { Cpu = Probe.AnyCpu, RealtimePriority = priority }));
    }

    [Fact]
    public void LastCpuIsNotGivenToRealTimeLCores()
    {
        IReadOnlyList<int> cpus = CpuSet.GetCurrent();
        var cores = new List<LCore>();
        try
        {
            foreach (int cpu in cpus.SkipLast(1))
            {
                if (TryLaunchRealtime(cpu) is { } core)
                {
                    cores.Add(core);
                }
            }

            PollIOException error = Assert.Throws<PollIOException>(
                () => Launch(new LCoreOptions { Cpu = cpus[^1], RealtimePriority = 1, Idle = IdleStrategy.Yield }));
            Assert.Contains("no CPU would remain", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            cores.ForEach(core => core.Dispose());
        }

        // What ended, or was refused, is not booked any more.
        if (cpus.Count > 1)
        {
            TryLaunchRealtime(cpus[^1])?.Dispose();
        }
    }

    [Fact]
    public void TwoRealTimeLCoresOnOneCpuCountTwice()
    {
        // Of two CPUs: both threads on the first, so that the second is the last without.
        bool permitted = EnterRealtime(900, 900, 901);
        if (permitted)
        {
            Assert.True(EnterRealtime(900, 900, 901));
            RealtimeCpus.Leave(900);
            Assert.Throws<PollIOException>(() => EnterRealtime(901, 900, 901));
            RealtimeCpus.Leave(900);
            Assert.True(EnterRealtime(901, 900, 901));
            RealtimeCpus.Leave(901);
        }
    }

    [Fact]
    public void PriorityThatIsNotPermittedIsRefusedWithTheRemedyAndNotBooked()
    {
        for (int i = 0; i < 2; i++)
        {
            foreach (int cpu in (ReadOnlySpan<int>)[900, 901])
            {
                LCoreThread.RunAll((false, () =>
                {
                    SystemCalls.DropCapability(SystemCalls.CAP_SYS_NICE);
                    PollIOException error = Assert.Throws<PollIOException>(() => RealtimeCpus.Enter(cpu, 50, [900, 901]));
                    Assert.Equal(1, error.Errno);
                    Assert.Contains($"CPU {cpu}", error.Message, StringComparison.Ordinal);
                    Assert.Contains("ulimit -r", error.Message, StringComparison.Ordinal);
                }));
            }
        }
    }

    [Fact]
    public void PlaceAfterTheLastIsRefusedAndOthersGoOn()
    {
        using var full = new CountdownEvent(LCoreContext.MaxIndex);
        using var refused = new ManualResetEventSlim();
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        (bool, Action) place = (true, () =>
        {
            full.Signal();
            refused.Wait(cancellation);
        });
        (bool, Action) oneMore = (false, () =>
        {
            try
            {
                full.Wait(cancellation);
                Assert.Contains("128 lcores", Assert.Throws<PollIOException>(() => Launch(new LCoreOptions { Cpu = Probe.AnyCpu })).Message, StringComparison.Ordinal);
                Assert.Throws<PollIOException>(LCoreRegistration.Enter);
            }
            finally
            {
                refused.Set();
            }
        });

        LCoreThread.RunAll([.. Enumerable.Repeat(place, LCoreContext.MaxIndex), oneMore]);

        Launch(new LCoreOptions { Cpu = Probe.AnyCpu });
    }

    [Fact]
    public void ThreadIsRegisteredOnceAndOnItsOwn()
    {
        LCoreThread.RunAll((false, () =>
        {
            LCoreRegistration registration = LCoreRegistration.Enter();
            Assert.Throws<InvalidOperationException>(LCoreRegistration.Enter);
            LCoreThread.RunAll((false, () => Assert.Throws<InvalidOperationException>(registration.Dispose)));
            registration.Dispose();

            // The former registration has ended, and does not end the new one.
            using LCoreRegistration again = LCoreRegistration.Enter();
            registration.Dispose();
            Assert.NotEqual(LCoreContext.NotAnLCore, LCoreContext.Index);
        }));
    }

    [Fact]
    public void QueueWithoutInterruptsCannotBeSleptOn()
    {
        using PacketPool pool = Pools.Create();
        using FakePort port = new FakePort("fake:awake").Started(pool);
        PollIOException error = Assert.Throws<PollIOException>(
            () => Launch(new LCoreOptions { Cpu = Probe.AnyCpu, Idle = IdleStrategy.Interrupt, InterruptQueues = [port.Rx] }));

        Assert.Contains("fake:awake", error.Message, StringComparison.Ordinal);
    }

    private static void Launch(LCoreOptions options) => LCore.Launch(options, new CallingProcessor(new Probe())).Dispose();

    /// <summary>Makes a thread that ends at once a real-time one.</summary>
    /// <returns>Whether the kernel permits it.</returns>
    private static bool EnterRealtime(int cpu, params int[] allowed)
    {
        bool permitted = true;
        LCoreThread.RunAll((false, () =>
        {
            try
            {
                RealtimeCpus.Enter(cpu, 1, allowed);
            }
            catch (PollIOException e) when (e.Errno == 1)
            {
                permitted = false;
            }
        }));
        return permitted;
    }

    private static LCore? TryLaunchRealtime(int cpu)
    {
        try
        {
            return LCore.Launch(new LCoreOptions { Cpu = cpu, RealtimePriority = 1, Idle = IdleStrategy.Interrupt }, new CallingProcessor(new Probe()));
        }
        catch (PollIOException e) when (e.Errno == 1)
        {
            return null;
        }
    }
}
