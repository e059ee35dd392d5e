namespace PollIO.Tests.LCores;

public sealed class LCoresShareACpu
{
    [Theory]
    [InlineData(IdleStrategy.Spin)]
    [InlineData(IdleStrategy.Pause)]
    [InlineData(IdleStrategy.Yield)]
    public void TwoOnOneCpuPassAMessageToAndFro(IdleStrategy idle)
    {
        const int turns = 1000;
        var options = new LCoreOptions { Cpu = Probe.AnyCpu, Idle = idle };
        SpscRing<int> there = new(2), back = new(2);
        Probe a = new(), b = new();
        there.EnqueueBurst([0]);

        using LCore second = LCore.Launch(options, new CallingProcessor(b, () => Pass(there, back, b, turns)));
        using LCore first = LCore.Launch(options, new CallingProcessor(a, () => Pass(back, there, a, turns)));

        Probe.Await(() => first.Completion.IsCompleted && second.Completion.IsCompleted, $"{turns} turns");
        Assert.True(first.Completion.IsCompletedSuccessfully && second.Completion.IsCompletedSuccessfully);
        Assert.True(first.Statistics.Packets + second.Statistics.Packets >= turns);
    }

    [Fact]
    public void CpuIsSharedWhileItHasSeveralLCores()
    {
        const int cpu = CpuSet.MaxCpus - 1;
        Assert.False(LCoresOnCpu.AreSeveral(cpu));
        LCoresOnCpu.Enter(cpu);
        Assert.False(LCoresOnCpu.AreSeveral(cpu));
        LCoresOnCpu.Enter(cpu);
        Assert.True(LCoresOnCpu.AreSeveral(cpu));
        LCoresOnCpu.Leave(cpu);
        LCoresOnCpu.Leave(cpu);
        Assert.False(LCoresOnCpu.AreSeveral(cpu));
    }

    private static int Pass(SpscRing<int> from, SpscRing<int> to, Probe probe, int turns)
    {
        Span<int> turn = stackalloc int[1];
        if (from.DequeueBurst(turn) == 0)
        {
            return 0;
        }

        turn[0]++;
        to.EnqueueBurst(turn);
        probe.Completed = turn[0] >= turns;
        return 1;
    }
}
