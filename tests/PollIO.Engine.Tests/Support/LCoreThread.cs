using System.Runtime.ExceptionServices;

namespace PollIO.Tests;

/// <summary>Threads whose exceptions reach the test, as lcores or as plain threads.</summary>
internal static class LCoreThread
{
    /// <summary>Runs the bodies at once, each on a thread of its own, and rethrows the first exception when all have ended.</summary>
    internal static void RunAll(params (bool IsLCore, Action Body)[] bodies)
    {
        var failures = new Exception?[bodies.Length];
        Thread[] threads = [.. bodies.Select((body, index) => Start(body.IsLCore, body.Body, failures, index))];
        Array.ForEach(threads, thread => thread.Join());
        if (failures.FirstOrDefault(failure => failure != null) is { } first)
        {
            ExceptionDispatchInfo.Throw(first);
        }
    }

    /// <summary>Runs the body as an lcore and waits for its end.</summary>
    internal static void Run(Action body) => RunAll((true, body));

    private static Thread Start(bool isLCore, Action body, Exception?[] failures, int index)
    {
        var thread = new Thread(() =>
        {
            try
            {
                using LCoreRegistration? registration = isLCore ? LCoreRegistration.Enter() : null;
                body();
            }
            catch (Exception e)
            {
                failures[index] = e;
            }
        })
        {
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }
}
