using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using PollIO.Diagnostics;

namespace PollIO;

public sealed partial class LCore
{
    // Polls a call of RunSlice: enough that the slice's own cost vanishes, few enough that the loop is entered often and so
    // replaced by tier-1 code, and that Stop is seen within a millisecond.
    private const int PollsPerSlice = 1024;

    // The thread's boundary: whatever is refused must surface in Launch, whatever the user's processor throws in Completion.
    [SuppressMessage("Design", "CA1031", Justification = "The exception surfaces in Launch or Completion.")]
    private void Main<TProcessor>(TProcessor processor, TaskCompletionSource prepared)
        where TProcessor : struct, IPollProcessor
    {
        LCoreRegistration registration;
        try
        {
            registration = Prepare();
        }
        catch (Exception e)
        {
            prepared.SetException(e);
            return;
        }

        PollIOEventSource.Log.LCoreStarted(_options.Name, Cpu);
        prepared.SetResult();
        try
        {
            Run(ref processor);
        }
        catch (Exception e)
        {
            End(registration);
            PollIOEventSource.Log.LCoreFailed(_options.Name, e.Message);
            _completion.SetException(e);
            return;
        }

        End(registration);
        PollIOEventSource.Log.LCoreEnded(_options.Name, Cpu);
        _completion.SetResult();
    }

    private void Run<TProcessor>(ref TProcessor processor)
        where TProcessor : struct, IPollProcessor
    {
        long last = Tsc.Read();
        while (!_stopping && !processor.IsCompleted)
        {
            last = RunSlice(ref processor, last);
        }
    }

    /// <summary>Polls about a thousand times and accounts for the cycles.</summary>
    /// <remarks>
    /// The clock is read after every idle poll, which has time to spare, and after the first two polls of a busy run; the rest of
    /// the run is timed as a whole, with the idle poll that ends it. At burst 1 a read a poll would cost as much as the poll.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long RunSlice<TProcessor>(ref TProcessor processor, long last)
        where TProcessor : struct, IPollProcessor
    {
        long packets = 0;
        long busy = 0;
        long idle = 0;
        int left = PollsPerSlice;
        bool inRun = false;
        while (left > 0)
        {
            int moved = processor.Poll();
            left--;
            long now = Tsc.Read();
            if (moved == 0)
            {
                inRun = false;
                idle += now - last;
                last = now;
                if (!_wait.Idle(ref last, ref idle))
                {
                    break;
                }

                continue;
            }

            packets += moved;
            if (inRun)
            {
                packets += RunBusy(ref processor, ref left);
                now = Tsc.Read();
                inRun = false;
            }
            else
            {
                inRun = true;
                _wait.Found();
            }

            busy += now - last;
            last = now;
        }

        _counters.Add(PollsPerSlice - left, packets, busy, idle, GC.GetAllocatedBytesForCurrentThread());
        return last;
    }

    /// <summary>Polls until a poll finds nothing or none is left: the loop a saturated lcore lives in.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static long RunBusy<TProcessor>(ref TProcessor processor, ref int left)
        where TProcessor : struct, IPollProcessor
    {
        long packets = 0;
        int polls = left;
        while (polls > 0)
        {
            int moved = processor.Poll();
            polls--;
            if (moved == 0)
            {
                break;
            }

            packets += moved;
        }

        left = polls;
        return packets;
    }
}
