using System.Diagnostics;
using PollIO.Apps.Common;
using PollIO.Apps.Common.Setup;
using PollIO.Apps.Common.Traffic;
using PollIO.Apps.Latency.CommandLine;

namespace PollIO.Apps.Latency.Measuring;

/// <summary>The ports, and trials on them: each has lcores of its own and a tag that tells its packets from those of trials before.</summary>
internal sealed class Bench
{
    private const int EthernetAndTag = 14 + 4;
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(5);

    // On a machine with few CPUs every look takes one from what is measured, and often enough it would be the tail.
    private static readonly TimeSpan s_rareLook = TimeSpan.FromMilliseconds(200);

    private readonly Options _options;
    private readonly Port _tx;
    private readonly Port _rx;
    private readonly CorePlan _cores;
    private readonly PacketPool _pool;
    private readonly StopSignal _stop;
    private ushort _tag = (ushort)Random.Shared.Next();

    internal Bench(Options options, Port tx, Port rx, CorePlan cores, PacketPool pool, StopSignal stop)
    {
        _options = options;
        _tx = tx;
        _rx = rx;
        _cores = cores;
        _pool = pool;
        _stop = stop;
        if (options.Sizes.Max() > tx.Mtu + EthernetAndTag)
        {
            throw new PollIOException("send packets", tx.Name, $"--size {options.Sizes.Max()} exceeds its MTU of {tx.Mtu}");
        }
    }

    internal bool IsStopped => _stop.IsRaised;

    /// <summary>Sends for a time at a rate, and waits for what comes back.</summary>
    /// <exception cref="PollIOException">A port has failed, or an lcore cannot be launched.</exception>
    internal TrialResult Run(int size, Rate rate, TimeSpan duration)
    {
        _tag++;
        double packetsPerSecond = rate.PacketsPerSecond(size);
        long count = Math.Max(1, (long)Math.Round(packetsPerSecond * duration.TotalSeconds));
        FrameRecipe recipe = _options.Recipe with { SourceMac = _tx.MacAddress, DestinationMac = _options.DestinationMac ?? _rx.MacAddress };
        var writer = new FrameWriter(recipe, [size], FlowPlan.One, _tag);

        // Nothing is given up: a packet that is late is late, and its latency says so.
        var sender = new Sender(_tx.TxQueues[0], _pool, writer, Pacer.At(rate, TimeSpan.MaxValue), count, _options.Burst);
        var receiver = new Receiver(_rx.RxQueues[0], recipe.PayloadOffset, _tag, _options.Burst);
        GC.Collect();
        int collections = GC.CollectionCount(0);
        LCore[] cores = Launch(sender, receiver);
        long allocated;
        try
        {
            allocated = AllocatedAtStart(cores);
            Wait(sender, receiver, cores, duration);
        }
        finally
        {
            Array.ForEach(cores, core => core.Dispose());
            sender.Release();
        }

        ThrowFault(cores);
        return new TrialResult(
            size, packetsPerSecond, count, sender.Sent, sender.Seconds, receiver.Sequences, receiver.Foreign, receiver.Latency, sender.Lag,
            cores.Sum(core => core.Statistics.AllocatedBytes) - allocated, GC.CollectionCount(0) - collections);
    }

    private LCore[] Launch(Sender sender, Receiver receiver)
    {
        LCoreOptions Options(int index, string name) => new() { Cpu = _cores.Cpus[index], Name = name, Idle = _cores.Idle };
        if (_cores.Cpus.Count == 1)
        {
            return [LCore.Launch(Options(0, "latency"), new BothWays(sender, receiver))];
        }

        // Whoever receives is there before the first packet.
        LCore receiving = LCore.Launch(Options(1, "latency-rx"), new ReceivingOnly(receiver));
        try
        {
            return [receiving, LCore.Launch(Options(0, "latency-tx"), new SendingOnly(sender))];
        }
        catch
        {
            receiving.Dispose();
            throw;
        }
    }

    // What a thread allocates until it has been round its loop is its own start's.
    private static long AllocatedAtStart(LCore[] cores)
    {
        foreach (LCore core in cores)
        {
            SpinWait.SpinUntil(() => core.Statistics.Polls != 0 || core.Completion.IsCompleted, TimeSpan.FromSeconds(1));
        }

        return cores.Sum(core => core.Statistics.AllocatedBytes);
    }

    private void Wait(Sender sender, Receiver receiver, LCore[] cores, TimeSpan duration)
    {
        // A port that takes less than the rate does not hold the run up for ever.
        TimeSpan longest = (duration * 2) + _options.Wait;
        var clock = Stopwatch.StartNew();
        while (!sender.IsFinished && clock.Elapsed < longest && !HasFault(cores) && !_stop.Wait(clock.Elapsed + s_rareLook < duration ? s_rareLook : s_look))
        {
        }

        clock.Restart();
        while (receiver.Received < sender.Sent && !receiver.IsCompleted && clock.Elapsed < _options.Wait && !HasFault(cores))
        {
            Thread.Sleep(s_look);
        }
    }

    private bool HasFault(LCore[] cores) =>
        _tx.TxQueues[0].Fault is not null || _rx.RxQueues[0].Completion?.Error is not null || Array.Exists(cores, core => core.Completion.IsFaulted);

    private void ThrowFault(LCore[] cores)
    {
        if (_tx.TxQueues[0].Fault is { } fault)
        {
            throw fault;
        }

        if (_rx.RxQueues[0].Completion?.Error is { } error)
        {
            throw error;
        }

        if (Array.Find(cores, core => core.Completion.IsFaulted)?.Completion.Exception?.InnerException is { } exception)
        {
            throw new PollIOException("measure latency", _tx.Name, exception.Message.ReplaceLineEndings(" "), innerException: exception);
        }
    }
}
