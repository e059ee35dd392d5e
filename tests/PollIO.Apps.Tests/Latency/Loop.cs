using PollIO.Apps.Common;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Common.Traffic;
using PollIO.Apps.Latency.CommandLine;
using PollIO.Apps.Latency.Measuring;
using PollIO.Pmd;

namespace PollIO.Apps.Tests.Latency;

/// <summary>The app's two ports, and behind them, joined by wires, those of a delay line.</summary>
internal sealed class Loop : IDisposable
{
    private static int s_count;

    private readonly PacketPool _pool = new(new PacketPoolOptions { Count = 65536, CacheSize = 256 });
    private readonly Port[] _ports;
    private readonly StopSignal _stop = new();

    internal Loop()
    {
        int number = Interlocked.Increment(ref s_count);
        string there = $"ring:loop-there-{number}?size=4096";
        string back = $"ring:loop-back-{number}?size=4096";
        _ports = [.. new[] { there, back, there, back }.Select(PortFactory.Open)];
        foreach (Port port in _ports)
        {
            port.Configure(new PortConfig { Pool = _pool });
            port.Start();
        }
    }

    internal Port Tx => _ports[0];

    internal Port Rx => _ports[1];

    internal PacketPool Pool => _pool;

    internal DelayLine Line(double microseconds) => new(LineRx, LineTx, _pool, microseconds);

    internal RxQueue LineRx => _ports[2].RxQueues[0];

    internal TxQueue LineTx => _ports[3].TxQueues[0];

    /// <summary>Measures through a line that has an lcore of its own.</summary>
    internal TrialResult Measure(DelayLine line, string rate, TimeSpan duration, TimeSpan wait)
    {
        IReadOnlyList<int> cpus = CpuSet.GetCurrent();
        var options = new Options { Wait = wait, Rate = Rate.Parse("--rate", rate) };
        CorePlan cores = CorePlan.Create([cpus[^1]], IdleStrategy.Yield, cpus);
        var bench = new Bench(options, Tx, Rx, cores, _pool, _stop);
        using LCore core = LCore.Launch(new LCoreOptions { Cpu = cpus[0], Name = "delay-line", Idle = IdleStrategy.Yield }, new LineProcessor(line));
        TrialResult result = bench.Run(64, options.Rate, duration);
        Assert.False(core.Completion.IsFaulted);
        return result;
    }

    /// <summary>
    /// Measures with sender, line and receiver on one lcore, which other load cannot hold up where real-time priority is allowed.
    /// </summary>
    internal (Sender Sender, Receiver Receiver) MeasureOnOneCore(DelayLine line, string rate, int count)
    {
        var recipe = new FrameRecipe { IsStamped = true };
        var writer = new FrameWriter(recipe, [64], FlowPlan.One, tag: 1);
        var sender = new Sender(Tx.TxQueues[0], _pool, writer, Pacer.At(Rate.Parse("--rate", rate), TimeSpan.MaxValue), count, burst: 32);
        var receiver = new Receiver(Rx.RxQueues[0], recipe.PayloadOffset, tag: 1, burst: 32);
        using (LCore core = Launch(new RoundProcessor(sender, line, receiver, count)))
        {
            Assert.True(core.Completion.Wait(TimeSpan.FromSeconds(30)), $"{receiver.Received} of {count} came back");
        }

        sender.Release();
        return (sender, receiver);
    }

    public void Dispose()
    {
        foreach (Port port in _ports)
        {
            port.Dispose();
        }

        _stop.Dispose();
        Assert.Equal(0, _pool.Outstanding);
        _pool.Dispose();
    }

    private static LCore Launch(RoundProcessor processor)
    {
        var options = new LCoreOptions { Cpu = CpuSet.GetCurrent()[^1], Name = "round" };
        try
        {
            return LCore.Launch(options with { RealtimePriority = 20 }, processor);
        }
        catch (PollIOException)
        {
            return LCore.Launch(options, processor);
        }
    }

    private readonly struct LineProcessor(DelayLine line) : IPollProcessor
    {
        public bool IsCompleted => false;

        public int Poll() => line.Poll();
    }

    private readonly struct RoundProcessor(Sender sender, DelayLine line, Receiver receiver, int count) : IPollProcessor
    {
        public bool IsCompleted => receiver.Received == count;

        public int Poll() => receiver.Receive() + line.Poll() + sender.Send();
    }
}
