using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PollIO.Peer.Tests.Support;

/// <summary>
/// Runs code on a thread of its own inside a network namespace: sockets made there belong to it (setns(2)), wherever they are used.
/// The code must not wake others: a pool thread that the runtime starts on that occasion, and the programs started from it, would
/// be in the namespace too.
/// </summary>
internal static partial class NamespaceThread
{
    private const int CLONE_NEWNET = 0x40000000;

    internal static Task<T> RunAsync<T>(string name, Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                using SafeFileHandle home = File.OpenHandle("/proc/thread-self/ns/net");
                using SafeFileHandle file = File.OpenHandle($"/run/netns/{name}");
                Assert.Equal(0, Enter(file.DangerousGetHandle().ToInt32(), CLONE_NEWNET));
                T value;
                try
                {
                    value = work();
                }
                finally
                {
                    Assert.Equal(0, Enter(home.DangerousGetHandle().ToInt32(), CLONE_NEWNET));
                }

                result.SetResult(value);
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        thread.Start();
        return result.Task;
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int Enter(int descriptor, int kind);
}
