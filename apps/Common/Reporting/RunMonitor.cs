using System.Diagnostics;

namespace PollIO.Apps.Common.Reporting;

/// <summary>
/// What the main thread does while lcores move packets: waits for the end of the run, shows live statistics, watches for faults, and
/// takes readings from which the measured part is chosen.
/// </summary>
internal sealed class RunMonitor
{
    // Each look costs a wake-up, and an idle application should cost next to nothing.
    private static readonly TimeSpan s_faultInterval = TimeSpan.FromSeconds(1);

    // How long a run will be is not known before its end: a capture may be read in milliseconds. So a part begins at each of these
    // times after every lcore has polled, and the measured part begins with the last one that leaves it half of the run.
    private static readonly TimeSpan[] s_partTimes =
        [.. new[] { 0.0, 0.03, 0.06, 0.125, 0.25, 0.5, 1.0 }.Select(TimeSpan.FromSeconds)];

    private readonly TimeSpan? _duration;
    private readonly TimeSpan _interval;
    private readonly StopSignal _stop;
    private readonly Meter _meter;
    private readonly LCore[] _cores;
    private readonly RxQueue[] _rxQueues;
    private readonly TxQueue[] _txQueues;

    /// <summary>Creates a monitor.</summary>
    /// <param name="duration">
    /// How long the run is from when every lcore polls, and the longest wait for that; null when something else ends it.
    /// </param>
    /// <param name="interval">Time between live statistics.</param>
    /// <param name="stop">Ends the run; raised too when an lcore ends.</param>
    /// <param name="meter">What is read.</param>
    /// <param name="cores">The lcores; the run ends with the last of them, or when one fails.</param>
    /// <param name="ports">The ports whose faults end the run.</param>
    internal RunMonitor(
        TimeSpan? duration, TimeSpan interval, StopSignal stop, Meter meter, IEnumerable<LCore> cores, IReadOnlyList<Port> ports)
    {
        _duration = duration;
        _interval = interval;
        _stop = stop;
        _meter = meter;
        _cores = [.. cores];
        _rxQueues = [.. ports.SelectMany(port => port.RxQueues)];
        _txQueues = [.. ports.SelectMany(port => port.TxQueues)];
    }

    /// <summary>Parts a run may have, so that a caller can prepare for each.</summary>
    internal static int Parts => s_partTimes.Length;

    /// <summary>Waits for the end of the run.</summary>
    /// <param name="display">Shown once an interval, or null.</param>
    /// <param name="beginPart">Called with the number of each part when it begins.</param>
    internal RunResult Run(LiveDisplay? display, Action<int>? beginPart)
    {
        Reading start = _meter.CreateReading();
        Reading[] parts = [.. s_partTimes.Select(_ => _meter.CreateReading())];
        Reading end = _meter.CreateReading();
        int begun = 0;
        RaiseWhenLCoresEnd();
        _meter.Read(start);
        TimeSpan nextShow = display is null ? TimeSpan.MaxValue : _interval;
        string? fault;
        TimeSpan run;
        TimeSpan wait;
        do
        {
            run = Stopwatch.GetElapsedTime((begun == 0 ? start : parts[0]).Timestamp);
            if (begun < parts.Length && run >= s_partTimes[begun] && _meter.HasBegun)
            {
                _meter.Read(parts[begun]);
                beginPart?.Invoke(begun);
                begun++;
            }

            TimeSpan now = Stopwatch.GetElapsedTime(start.Timestamp);
            if (now >= nextShow)
            {
                display!.Show();
                nextShow += _interval;
            }

            fault = FindFault();
            wait = TimeToWait(run, nextShow - now, begun);
        }
        while (fault is null && run < (_duration ?? TimeSpan.MaxValue) && !_stop.Wait(wait));

        _meter.Read(end);
        double half = end.SecondsSince(start) / 2;
        int part = begun - 1;
        while (part >= 0 && parts[part].SecondsSince(start) > half)
        {
            part--;
        }

        return new RunResult(start, part < 0 ? start : parts[part], end, part, fault ?? FindFault());
    }

    /// <summary>What has gone wrong so far, as one line; a port may find out only when it stops.</summary>
    internal string? FindFault()
    {
        foreach (RxQueue queue in _rxQueues)
        {
            if (queue.Completion?.Error is { } error)
            {
                return error.Message;
            }
        }

        foreach (TxQueue queue in _txQueues)
        {
            if (queue.Fault is { } fault)
            {
                return fault.Message;
            }
        }

        foreach (LCore core in _cores)
        {
            if (core.Completion.Exception?.InnerException is { } exception)
            {
                return $"CPU {core.Cpu}: move packets: {exception.GetType().Name}: {exception.Message.ReplaceLineEndings(" ")}";
            }
        }

        return null;
    }

    private TimeSpan TimeToWait(TimeSpan run, TimeSpan untilShow, int begun)
    {
        TimeSpan wait = untilShow < s_faultInterval ? untilShow : s_faultInterval;
        wait = begun < s_partTimes.Length && s_partTimes[begun] - run < wait ? s_partTimes[begun] - run : wait;
        wait = _duration is { } duration && duration - run < wait ? duration - run : wait;

        // A part whose time has come waits for lcores that have not polled yet.
        return wait >= TimeSpan.FromMilliseconds(1) ? wait : TimeSpan.FromMilliseconds(1);
    }

    private void RaiseWhenLCoresEnd()
    {
        Task all = Task.WhenAll(_cores.Select(core => core.Completion));
        all.ContinueWith(_ => _stop.Raise(), TaskScheduler.Default);
        foreach (LCore core in _cores)
        {
            core.Completion.ContinueWith(_ => _stop.Raise(), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        }
    }
}
