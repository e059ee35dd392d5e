using System.Runtime.InteropServices;
using PollIO.Interop;

namespace PollIO;

/// <summary>The CPUs that real-time lcores spin on; one of the process's CPUs always stays without.</summary>
internal static unsafe class RealtimeCpus
{
    private static readonly Lock s_lock = new();

    // One entry an lcore: two of them may share a CPU.
    private static readonly List<int> s_cpus = [];

    /// <summary>Gives the calling thread SCHED_FIFO at <paramref name="priority"/>.</summary>
    /// <param name="cpu">The CPU the thread is pinned to.</param>
    /// <param name="priority">1 to 99.</param>
    /// <param name="allowed">The CPUs the process's other threads may run on.</param>
    /// <exception cref="PollIOException">No CPU would remain, or the kernel refused.</exception>
    internal static void Enter(int cpu, int priority, IReadOnlyList<int> allowed)
    {
        lock (s_lock)
        {
            // A kernel thread, the collector and the control thread need a CPU that no real-time thread spins on.
            if (!allowed.Except(s_cpus).Any(other => other != cpu))
            {
                throw new PollIOException("set real-time priority", $"CPU {cpu}", "no CPU would remain without a real-time lcore");
            }

            if (Libc.SetScheduler(0, Libc.SCHED_FIFO, &priority) != 0)
            {
                throw new PollIOException(
                    "set real-time priority", $"CPU {cpu}", $"priority {priority} was refused", Marshal.GetLastPInvokeError(), "run as root, or raise the limit: ulimit -r 99");
            }

            s_cpus.Add(cpu);
        }
    }

    internal static void Leave(int cpu)
    {
        lock (s_lock)
        {
            s_cpus.Remove(cpu);
        }
    }
}
