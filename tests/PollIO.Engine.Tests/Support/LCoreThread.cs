using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace PollIO.Tests;

/// <summary>Threads whose exceptions reach the test, as lcores or as plain threads.</summary>
internal static class LCoreThread
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Runs the bodies at once, each on a thread of its own, until all have ended, and rethrows the first exception. Bodies that wait
    /// for one that has failed are left behind.
    /// </summary>
    internal static void RunAll(params (bool IsLCore, Action Body)[] bodies)
    {
        var failures = new Exception?[bodies.Length];
        Thread[] threads = [.. bodies.Select((body, index) => Start(body.IsLCore, body.Body, failures, index))];
        long failedAt = 0;
        while (!Array.TrueForAll(threads, thread => thread.Join(failedAt == 0 ? 50 : 0)))
        {
            if (failedAt == 0)
            {
                failedAt = Array.Exists(failures, failure => failure != null) ? Stopwatch.GetTimestamp() : 0;
            }
            else if (Stopwatch.GetElapsedTime(failedAt) > s_patience)
            {
                break;
            }
            else
            {
                Thread.Sleep(1);
            }
        }

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
