using System.ComponentModel;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using PollIO.Tests.Support;

namespace PollIO.Pmd.Tests.Support;

/// <summary>A network namespace of a test's own: another machine as far as the network goes. Gone with the test.</summary>
internal sealed partial class NetworkNamespace : IDisposable
{
    private const int CLONE_NEWNET = 0x40000000;

    private static int s_count;

    internal NetworkNamespace()
    {
        Name = $"pollio-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}";
        Ip($"netns add {Name}");
        try
        {
            // Nothing speaks unasked: what a test counts is what it sent.
            ExecuteInside("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
            Ip($"-n {Name} link set lo up");
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal string Name { get; }

    private string Path => $"/run/netns/{Name}";

    /// <summary>Skips the running test where namespaces cannot be made.</summary>
    internal static void Require()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "network namespaces need root: sudo tests/run.sh");
        ToolRunner.Require("iproute2", "ip");
        ToolRunner.Require("procps", "sysctl");
        ToolRunner.Require("iputils-ping", "ping");
    }

    /// <summary>Runs <c>ip</c> with the arguments of <paramref name="commandLine"/>, outside; it must succeed.</summary>
    internal static string Ip(string commandLine) => Execute("ip", commandLine.Split(' '));

    /// <summary>Runs a program outside; it must succeed.</summary>
    internal static string Execute(string tool, params string[] arguments) =>
        ToolRunner.RunSuccessfullyAsync(tool, arguments).GetAwaiter().GetResult();

    /// <summary>Runs a program inside; it must succeed.</summary>
    internal string ExecuteInside(string tool, params string[] arguments) => Execute("ip", ["netns", "exec", Name, tool, .. arguments]);

    /// <summary>Runs a program inside, however it ends.</summary>
    internal Task<ToolResult> ExecuteInsideAsync(string tool, params string[] arguments) =>
        ToolRunner.RunAsync("ip", ["netns", "exec", Name, tool, .. arguments]);

    /// <summary>Calls <paramref name="function"/> on a thread inside: sockets made by it stay there, also on other threads.</summary>
    internal T Inside<T>(Func<T> function)
    {
        T? result = default;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                Enter();
                result = function();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result!;
    }

    /// <summary>Takes the namespace away, and every veth pair with it; it may be gone already.</summary>
    public void Dispose()
    {
        if (File.Exists(Path))
        {
            Ip($"netns del {Name}");
        }
    }

    private void Enter()
    {
        using SafeHandle file = File.OpenHandle(Path);
        if (SetNamespace(file, CLONE_NEWNET) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeHandle file, int type);
}
