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
    private bool _disposed;

    private LCoreRegistration(int index) => _index = index;

    /// <summary>Registers the calling thread.</summary>
    /// <exception cref="InvalidOperationException">It is registered already.</exception>
    /// <exception cref="PollIOException">All 128 places are taken.</exception>
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
                throw new PollIOException("register lcore", "this process", $"it has {LCoreContext.MaxIndex} lcores, and there are no more places");
            }

            s_used[index] = true;
            LCoreContext.Enter(index);
            return new LCoreRegistration(index);
        }
    }

    /// <summary>Gives the thread's cached packets back to their pools and its place to others.</summary>
    /// <exception cref="InvalidOperationException">Called on another thread than <see cref="Enter"/>.</exception>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        if (LCoreContext.Index != _index)
        {
            throw new InvalidOperationException("a registration ends on the thread it was made on");
        }

        _disposed = true;
        LCoreContext.Leave();
        PacketPool.FlushCaches(_index);
        lock (s_lock)
        {
            s_used[_index] = false;
        }
    }
}
