using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace PollIO;

/// <summary>
/// Lets the control side change a queue while nobody is inside it, at the price of plain loads and stores for the lcore.
/// </summary>
/// <remarks>
/// The lcore stores "inside", then loads "closed"; the control side stores "closed", makes every CPU of the process pass a full
/// barrier, then loads "inside". The barrier stands in for the fence the lcore does not execute (asymmetric Dekker): either the
/// lcore sees the gate closed, or the control side sees the lcore inside and waits.
/// </remarks>
[StructLayout(LayoutKind.Explicit, Size = 384)]
internal struct QueueGate
{
    private const int Closed = 1;
    private const int Observed = 2;

    [FieldOffset(128)] private int _inside;

    // What keeps the lcore from the short way, as one word: one compare a call.
    [FieldOffset(132)] private int _attention;

    /// <summary>A gate nobody can enter until <see cref="Open"/>.</summary>
    internal static QueueGate CreateClosed() => new() { _attention = Closed };

    /// <summary>Enters, unless the gate is closed or observed; then the caller is inside all the same, and asks <see cref="TryStay"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool TryEnterUnobserved()
    {
        // Volatile keeps the compiler from exchanging the two; the CPU may, and Close's process-wide barrier makes up for it.
        Volatile.Write(ref _inside, 1);
        return Volatile.Read(ref _attention) == 0;
    }

    /// <summary>After <see cref="TryEnterUnobserved"/> refused: leaves a closed gate.</summary>
    /// <returns>Whether the caller is still inside.</returns>
    internal bool TryStay()
    {
        if ((Volatile.Read(ref _attention) & Closed) == 0)
        {
            return true;
        }

        Leave();
        return false;
    }

    /// <summary>Enters, unless the gate is closed. Only the queue's lcore calls it.</summary>
    internal bool TryEnter() => TryEnterUnobserved() || TryStay();

    /// <summary>Leaves; pairs with the acquiring read of "inside" in <see cref="WaitUntilLeft"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Leave() => Volatile.Write(ref _inside, 0);

    /// <summary>
    /// Lets nobody in any more. Between this, for any number of gates, and <see cref="WaitUntilLeft"/> stands one
    /// <see cref="Interlocked.MemoryBarrierProcessWide"/>.
    /// </summary>
    internal void Close() => Volatile.Write(ref _attention, _attention | Closed);

    /// <summary>Waits until the lcore is outside the closed gate.</summary>
    /// <param name="deadline">When to give up, in <see cref="Environment.TickCount64"/> milliseconds.</param>
    /// <returns>Whether it left in time.</returns>
    internal bool WaitUntilLeft(long deadline)
    {
        var wait = new SpinWait();
        while (Volatile.Read(ref _inside) != 0)
        {
            if (Environment.TickCount64 > deadline)
            {
                return false;
            }

            wait.SpinOnce();
        }

        return true;
    }

    internal void Open() => Volatile.Write(ref _attention, _attention & ~Closed);

    /// <summary>Sends the lcore the long way, past the tap. Calls of the control side never overlap.</summary>
    internal void SetObserved(bool observed) => Volatile.Write(ref _attention, observed ? _attention | Observed : _attention & ~Observed);
}
