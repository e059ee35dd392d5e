using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

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

        prepared.SetResult();
        try
        {
            Run(ref processor);
        }
        catch (Exception e)
        {
            End(registration);
            _completion.SetException(e);
            return;
        }

        End(registration);
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
    /// The clock is read after every idle poll, which has time to spare, and after the first poll of a busy run. While every poll
    /// finds packets it is not read again until the run ends: at burst 1 a read a poll costs as much as the poll itself. The
    /// idle poll that ends a longer run counts as busy.
    /// </remarks>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private long RunSlice<TProcessor>(ref TProcessor processor, long last)
        where TProcessor : struct, IPollProcessor
    {
        long packets = 0;
        long busy = 0;
        long idle = 0;
        int polls = 0;
        bool inRun = false;
        bool timed = true;
        while (polls < PollsPerSlice)
        {
            int moved = processor.Poll();
            polls++;
            if (moved != 0)
            {
                packets += moved;
                if (inRun)
                {
                    timed = false;
                    continue;
                }

                inRun = true;
                _wait.Found();
                long now = Tsc.Read();
                busy += now - last;
                last = now;
            }
            else
            {
                long now = Tsc.Read();
                if (timed)
                {
                    idle += now - last;
                }
                else
                {
                    busy += now - last;
                }

                last = now;
                inRun = false;
                timed = true;
                if (!_wait.Idle(ref last, ref idle))
                {
                    break;
                }
            }
        }

        if (!timed)
        {
            long now = Tsc.Read();
            busy += now - last;
            last = now;
        }

        _counters.Add(polls, packets, busy, idle, GC.GetAllocatedBytesForCurrentThread());
        return last;
    }
}
