using System.Diagnostics;
using System.Runtime.InteropServices;
using PollIO.Pmd.Tests.Uio;
using PollIO.Pmd.Tests.Vfio;

namespace PollIO.Pmd.Tests.Support;

/// <summary>This test program started again to do one thing that would harm the tests' own process.</summary>
internal sealed partial class TestChild : IDisposable
{
    /// <summary>Opens a promiscuous port, says "holding" and waits to be killed.</summary>
    internal const string HoldPort = "hold";

    /// <summary>Gives every privilege up, tries to open a port and says what came of it.</summary>
    internal const string OpenAsNobody = "nobody";

    /// <summary>Gives every privilege up and opens a device through VFIO, whose group node is root's.</summary>
    internal const string OpenVfioAsNobody = "vfio-nobody";

    /// <summary>The same with the group node its own, but without the right to lock memory.</summary>
    internal const string OpenVfioWithoutMemory = "vfio-memlock";

    /// <summary>The same with the right to lock memory.</summary>
    internal const string OpenVfioAsOwner = "vfio-owner";

    /// <summary>Opens a device through VFIO with bus mastering on, says "holding" and waits to be killed.</summary>
    internal const string HoldVfio = "vfio-hold";

    /// <summary>The same through UIO.</summary>
    internal const string HoldUio = "uio-hold";

    /// <summary>Opens a function of the made-up tree at this path, takes hugepages, says "holding" and waits to be killed.</summary>
    internal const string HoldNamedHugepages = "named-hold";

    /// <summary>The same, but says what files there are, closes the function and ends.</summary>
    internal const string LeaveNamedHugepages = "named-leave";

    /// <summary>The same, but ends without closing the function.</summary>
    internal const string AbandonNamedHugepages = "named-abandon";

    private const string Variable = "POLLIO_TEST_CHILD";

    private readonly Process _process;

    private TestChild(Process process) => _process = process;

    /// <summary>Starts a child.</summary>
    /// <param name="mode">What it is to do.</param>
    /// <param name="spec">With which port.</param>
    internal static TestChild Start(string mode, string spec)
    {
        string program = Environment.ProcessPath!;
        string[] arguments = Path.GetFileNameWithoutExtension(program) == "dotnet" ? [typeof(TestChild).Assembly.Location] : [];
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        start.Environment[Variable] = $"{mode} {spec}";
        return new TestChild(Process.Start(start)!);
    }

    /// <summary>Does what a child is started for, when this process is one.</summary>
    internal static bool TryRunAsChild()
    {
        if (Environment.GetEnvironmentVariable(Variable)?.Split(' ') is not [string mode, string spec])
        {
            return false;
        }

        Action<string>? use = mode switch
        {
            HoldNamedHugepages => UioChild.Hold,
            LeaveNamedHugepages => UioChild.Leave,
            AbandonNamedHugepages => UioChild.Abandon,
            _ => null,
        };
        if (use is not null)
        {
            use(spec);
            return true;
        }

        bool asOwner = mode is OpenVfioWithoutMemory or OpenVfioAsOwner;
        if ((asOwner && !(VfioChild.TryGiveToNobody(spec) && VfioChild.TryLimitLockedMemory(mode == OpenVfioAsOwner ? ulong.MaxValue : 65536)))
            || (mode is not (HoldPort or HoldVfio or HoldUio) && !TryBecomeNobody()))
        {
            Console.WriteLine("this process kept its privileges");
            return true;
        }

        if (mode is OpenVfioAsNobody || asOwner)
        {
            Console.WriteLine(VfioChild.Open(spec));
            return true;
        }

        if (mode is HoldVfio or HoldUio)
        {
            VfioChild.Hold(spec, throughVfio: mode == HoldVfio);
        }

        using var pool = new PacketPool(new PacketPoolOptions());
        try
        {
            using Port port = PortFactory.Open(spec);
            port.Configure(new PortConfig { Pool = pool, Promiscuous = true });
            Console.WriteLine("holding");
            Thread.Sleep(Timeout.Infinite);
        }
        catch (PollIOException e)
        {
            Console.WriteLine(e.Message);
        }

        return true;
    }

    /// <summary>What the child says next.</summary>
    internal async Task<string?> ReadLineAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        return await _process.StandardOutput.ReadLineAsync(patience.Token);
    }

    /// <summary>Waits for the child's own end.</summary>
    /// <returns>Its exit code.</returns>
    internal async Task<int> WaitForExitAsync()
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await _process.WaitForExitAsync(patience.Token);
        return _process.ExitCode;
    }

    /// <summary>Ends the child with SIGKILL.</summary>
    internal async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }

        _process.Dispose();
    }

    private static bool TryBecomeNobody()
    {
        const uint nobody = 65534;
        return SetGroups(0, 0) == 0 && SetGroup(nobody, nobody, nobody) == 0 && SetUser(nobody, nobody, nobody) == 0;
    }

    [LibraryImport("libc", EntryPoint = "setgroups")]
    private static partial int SetGroups(nint count, nint groups);

    // The C library's forms change every thread of the process; bare system calls would change one.
    [LibraryImport("libc", EntryPoint = "setresgid")]
    private static partial int SetGroup(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid")]
    private static partial int SetUser(uint real, uint effective, uint saved);
}
