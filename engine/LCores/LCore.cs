using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>A pinned thread that polls. It runs until stopped, until its processor is complete, or until that throws.</summary>
public sealed partial class LCore : IDisposable
{
    private static readonly Lock s_realtimeLock = new();
    private static readonly HashSet<int> s_realtimeCpus = [];

    private readonly LCoreOptions _options;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IdleWait _wait;
    private LCoreCounters _counters;
    private volatile bool _stopping;

    private LCore(LCoreOptions options)
    {
        _options = options;
        _wait = new IdleWait(options);
    }

    /// <summary>The CPU the lcore is pinned to.</summary>
    public int Cpu => _options.Cpu;

    /// <summary>Ends when the lcore has ended; carries the exception of a processor that threw.</summary>
    public Task Completion => _completion.Task;

    /// <summary>The counters as of the last slice.</summary>
    public LCoreStatistics Statistics => _counters.Read();

    /// <summary>Starts a thread on a CPU that calls <paramref name="processor"/> until the end.</summary>
    /// <exception cref="PollIOException">The CPU is not there, or the priority is refused.</exception>
    public static LCore Launch<TProcessor>(LCoreOptions options, TProcessor processor)
        where TProcessor : struct, IPollProcessor
    {
        ArgumentNullException.ThrowIfNull(options);
        var core = new LCore(options);
        using var pinned = new ManualResetEventSlim();
        Exception? refused = null;
        var thread = new Thread(() =>
        {
            try
            {
                core.Prepare();
            }
            catch (PollIOException e)
            {
                refused = e;
            }

            pinned.Set();
            if (refused == null)
            {
                core.Run(processor);
            }
        })
        {
            IsBackground = true,
            Name = options.Name,
        };
        thread.Start();
        pinned.Wait();
        if (refused != null)
        {
            core._wait.Dispose();
            throw refused;
        }

        return core;
    }

    /// <summary>Asks the lcore to end after its slice; <see cref="Completion"/> says when it has.</summary>
    public void Stop()
    {
        _stopping = true;
        _wait.Wake();
    }

    /// <summary>Stops the lcore and waits for its end.</summary>
    public void Dispose()
    {
        Stop();
        _completion.Task.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).Wait();
        _wait.Dispose();
    }

    private unsafe void Prepare()
    {
        CpuSet.Pin(_options.Cpu);
        if (_options.RealtimePriority == 0)
        {
            return;
        }

        lock (s_realtimeLock)
        {
            // A kernel thread, the collector and the control thread need a CPU that no real-time thread spins on.
            if (!Enumerable.Range(0, Environment.ProcessorCount).Except(s_realtimeCpus).Any(cpu => cpu != _options.Cpu))
            {
                throw new PollIOException("set real-time priority", $"CPU {_options.Cpu}", "no CPU would remain without a real-time lcore");
            }

            int priority = _options.RealtimePriority;
            if (Libc.SetScheduler(0, Libc.SCHED_FIFO, &priority) != 0)
            {
                throw new PollIOException(
                    "set real-time priority", $"CPU {_options.Cpu}", $"priority {priority} was refused", Marshal.GetLastPInvokeError(), "run as root, or raise the limit: ulimit -r 99");
            }

            s_realtimeCpus.Add(_options.Cpu);
        }
    }

    private void ReleaseRealtime()
    {
        if (_options.RealtimePriority != 0)
        {
            lock (s_realtimeLock)
            {
                s_realtimeCpus.Remove(_options.Cpu);
            }
        }
    }
}
