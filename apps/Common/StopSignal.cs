using System.Runtime.InteropServices;

namespace PollIO.Apps.Common;

/// <summary>
/// Turns Ctrl-C, SIGTERM and the loss of the terminal into an event the main thread waits on. From its creation on no such signal ends the process by
/// itself; a second one changes nothing.
/// </summary>
internal sealed class StopSignal : IDisposable
{
    private readonly ManualResetEvent _raised = new(initialState: false);
    private readonly PosixSignalRegistration[] _registrations;

    internal StopSignal() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, OnSignal),
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, OnSignal),
    ];

    internal bool IsRaised => _raised.WaitOne(0);

    /// <summary>Ends the wait for a reason other than a signal.</summary>
    internal void Raise() => _raised.Set();

    /// <summary>Waits for the signal.</summary>
    internal void Wait() => _raised.WaitOne();

    /// <summary>Waits, without allocating, until the signal is there or time is up.</summary>
    /// <returns>Whether it is there.</returns>
    internal bool Wait(TimeSpan timeout) => _raised.WaitOne(timeout > TimeSpan.Zero ? timeout : TimeSpan.Zero);

    // The event is left to the process's end: a signal may be on its way in another thread while this one disposes.
    public void Dispose() => Array.ForEach(_registrations, registration => registration.Dispose());

    private void OnSignal(PosixSignalContext context)
    {
        context.Cancel = true;
        _raised.Set();
    }
}
