using PollIO.SideBySide.Processes;

namespace PollIO.SideBySide.Dpdk;

/// <summary>One run of a test of dpdk-test.</summary>
internal static class DpdkTest
{
    internal const string Program = "dpdk-test";

    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(120);

    /// <summary>Runs a test and hands over its output line by line until <paramref name="isDone"/> or its end.</summary>
    /// <param name="test">Name of the test.</param>
    /// <param name="cpus">Its lcores, the main one first.</param>
    /// <param name="environment">Variables beside its own.</param>
    /// <param name="isDone">Takes a line; true ends the run.</param>
    /// <param name="cancellation">Ends the run too.</param>
    /// <exception cref="PollIOException">It failed, or was silent for two minutes.</exception>
    internal static async Task RunAsync(
        string test,
        int[] cpus,
        KeyValuePair<string, string>[] environment,
        Func<string, bool> isDone,
        CancellationToken cancellation)
    {
        string[] command = Eal.Command(Program);
        await using var process = ChildProcess.Start(command[0], [.. command[1..], .. Eal.Arguments(cpus)], [.. environment, new("DPDK_TEST", test)]);
        await process.ReadUntilAsync(
            line => isDone(line) || (line.Contains("Test OK", StringComparison.Ordinal) ? true : ThrowIfFailed(line)), s_timeout, cancellation);

        bool ThrowIfFailed(string line) => line.Contains("Test Failed", StringComparison.Ordinal)
            ? throw new PollIOException($"run {test}", Program, "the test failed")
            : false;
    }
}
