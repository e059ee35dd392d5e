using System.Diagnostics;
using System.Runtime.CompilerServices;
using PollIO.Pmd.Hugepages;

namespace PollIO.Pmd.Tests.Hugepages;

/// <summary>This test program started again, to touch lost memory that nobody guards before any test runs.</summary>
internal static class SigbusChild
{
    private const string Variable = "POLLIO_TEST_SIGBUS_CHILD";

    /// <summary>Runs the child to its end.</summary>
    /// <returns>Its exit code: 128 and the signal's number when it died of one.</returns>
    internal static int Run(bool withGuard)
    {
        string program = Environment.ProcessPath!;
        var start = new ProcessStartInfo(program) { RedirectStandardError = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add(typeof(SigbusChild).Assembly.Location);
        }

        start.Environment[Variable] = withGuard ? "guard" : "bare";
        start.Environment["DOTNET_DbgEnableMiniDump"] = "0";
        using Process child = Process.Start(start)!;
        Task<string> output = child.StandardOutput.ReadToEndAsync();
        child.StandardError.ReadToEnd();
        output.Wait();
        child.WaitForExit();
        return child.ExitCode;
    }

    [ModuleInitializer]
    internal static void TouchWhenChild()
    {
        string? mode = Environment.GetEnvironmentVariable(Variable);
        if (mode is null)
        {
            return;
        }

        var guarded = new TruncatableMemory(1);
        var bare = new TruncatableMemory(1);
        if (mode == "guard")
        {
            SigbusGuard.Guard(guarded.Address, (nuint)guarded.Length, TruncatableMemory.PageSize);
        }

        bare.Truncate(0);
        bare[0] = 1;
        Environment.Exit(0);
    }
}
