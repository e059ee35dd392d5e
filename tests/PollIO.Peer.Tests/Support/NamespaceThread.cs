using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace PollIO.Peer.Tests.Support;

/// <summary>Runs code on a thread of its own inside a network namespace: sockets made there belong to it (setns(2)).</summary>
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
                using SafeFileHandle file = File.OpenHandle($"/run/netns/{name}");
                Assert.Equal(0, Enter(file.DangerousGetHandle().ToInt32(), CLONE_NEWNET));
                result.SetResult(work());
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
