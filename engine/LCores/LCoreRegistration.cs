namespace PollIO;

/// <summary>
/// Makes the calling thread count as an lcore, with packet caches of its own, until disposed on the same thread: for threads
/// an application pins and runs itself, for tests and benchmarks.
/// </summary>
public sealed class LCoreRegistration : IDisposable
{
    private static readonly Lock s_lock = new();
    private static readonly bool[] s_used = new bool[LCoreContext.MaxIndex + 1];

    private readonly int _index;

    private LCoreRegistration(int index) => _index = index;

    /// <summary>Registers the calling thread.</summary>
    /// <exception cref="InvalidOperationException">It is registered already, or all 128 places are taken.</exception>
    public static LCoreRegistration Enter()
    {
        if (LCoreContext.Index != LCoreContext.NotAnLCore)
        {
            throw new InvalidOperationException("this thread is an lcore already");
        }

        lock (s_lock)
        {
            int index = Array.IndexOf(s_used, false, 1);
            if (index < 0)
            {
                throw new InvalidOperationException($"a process has at most {LCoreContext.MaxIndex} lcores");
            }

            s_used[index] = true;
            LCoreContext.Index = index;
            return new LCoreRegistration(index);
        }
    }

    /// <summary>Gives the thread's cached packets back to their pools and its place to others.</summary>
    public void Dispose()
    {
        if (LCoreContext.Index != _index)
        {
            return;
        }

        LCoreContext.Index = LCoreContext.NotAnLCore;
        PacketPool.FlushCaches(_index);
        lock (s_lock)
        {
            s_used[_index] = false;
        }
    }
}
