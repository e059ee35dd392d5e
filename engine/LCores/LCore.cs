using PollIO.Diagnostics;

namespace PollIO;

/// <summary>A pinned thread that polls. It runs until stopped, until its processor is complete, or until that throws.</summary>
public sealed partial class LCore : IDisposable
{
    private static readonly Lock s_lock = new();
    private static volatile LCore[] s_launched = [];

    private readonly LCoreOptions _options;
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly IdleWait _wait;
    private Thread? _thread;
    private LCoreCounters _counters;
    private volatile bool _stopping;

    private LCore(LCoreOptions options)
    {
        _options = options;
        _wait = new IdleWait(options);
    }

    /// <summary>The CPU the lcore is pinned to.</summary>
    public int Cpu => _options.Cpu;

    /// <summary>The name of its thread.</summary>
    public string Name => _options.Name;

    /// <summary>The lcores that were launched and not disposed; an lcore that has ended keeps its counters.</summary>
    internal static IReadOnlyList<LCore> Launched => s_launched;

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
        ArgumentOutOfRangeException.ThrowIfNegative(options.RealtimePriority, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.RealtimePriority, 99, nameof(options));
        PollIOEventSource.EnsureCreated();
        EngineMeter.EnsureCreated();
        var core = new LCore(options);
        try
        {
            // Completed on the lcore's own thread once it is pinned and registered, or with what was refused.
            var prepared = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            core._thread = new Thread(() => core.Main(processor, prepared)) { IsBackground = true, Name = options.Name };
            core._thread.Start();
            prepared.Task.GetAwaiter().GetResult();
            lock (s_lock)
            {
                s_launched = [.. s_launched, core];
            }

            return core;
        }
        catch
        {
            core._wait.Dispose();
            throw;
        }
    }

    /// <summary>Asks the lcore to end after its slice; <see cref="Completion"/> says when it has.</summary>
    public void Stop()
    {
        _stopping = true;
        _wait.Wake();
    }

    /// <summary>Stops the lcore and waits for its end.</summary>
    /// <exception cref="InvalidOperationException">Called from the lcore, which would wait for itself.</exception>
    public void Dispose()
    {
        if (Thread.CurrentThread == _thread)
        {
            throw new InvalidOperationException("an lcore cannot wait for its own end; Stop ends it");
        }

        Stop();
        _thread!.Join();
        lock (s_lock)
        {
            s_launched = [.. s_launched.Where(core => core != this)];
        }

        _wait.Dispose();
    }

    /// <summary>Pins, registers and, on request, raises the calling thread; what was done is undone when a step is refused.</summary>
    private LCoreRegistration Prepare()
    {
        IReadOnlyList<int> allowed = CpuSet.GetCurrent();
        CpuSet.Pin(_options.Cpu);
        LCoreRegistration registration = LCoreRegistration.Enter();
        try
        {
            if (_options.RealtimePriority != 0)
            {
                RealtimeCpus.Enter(_options.Cpu, _options.RealtimePriority, allowed);
            }
        }
        catch
        {
            registration.Dispose();
            throw;
        }

        LCoresOnCpu.Enter(_options.Cpu);
        return registration;
    }

    private void End(LCoreRegistration registration)
    {
        _wait.Found();
        registration.Dispose();
        LCoresOnCpu.Leave(_options.Cpu);
        if (_options.RealtimePriority != 0)
        {
            RealtimeCpus.Leave(_options.Cpu);
        }
    }
}
