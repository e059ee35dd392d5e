using System.Text.RegularExpressions;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.L2fwd;

/// <summary>
/// What a burst pays for being stoppable and watchable, in the machine code of the forwarding loop: one store, one compare, one branch
/// for each of receiving and sending.
/// </summary>
[Collection(ProcessTests.Name)]
public sealed partial class GateAndTapAreOneBranch
{
    [Fact]
    public async Task InTheCompiledLoop()
    {
        string code = await CompiledLoopAsync();
        MatchCollection gates = Gate().Matches(code);

        // The optimiser may make copies of the loop, each with a receive and a transmit.
        Assert.True(gates.Count >= 2 && gates.Count % 2 == 0, code);
        string[] slow = [.. SlowBlock().Matches(code).Select(block => block.Groups["label"].Value)];
        Assert.True(slow.Distinct().Count() >= 2, code);
        int ways = Jump().Matches(code).Count(jump => slow.Contains(jump.Groups["label"].Value));
        Assert.True(ways == gates.Count, $"{ways} ways into the slow paths, {gates.Count} gates:\n{code}");
        Assert.DoesNotContain("PacketTap", code, StringComparison.Ordinal);
    }

    // Optimised code comes some time after the start, how long depends on what else the machine does.
    private static async Task<string> CompiledLoopAsync()
    {
        using var folder = new TemporaryFolder();
        string listing = folder.PathOf("listing");
        foreach (int seconds in (int[])[2, 8, 32])
        {
            string[] settings = ["DOTNET_JitDisasm=Poll", $"DOTNET_JitStdOutFile={listing}", "DOTNET_TieredPGO=1"];
            string[] arguments = ["--port", "null:", "--port", "null:", "--mode", "io", "--interval", "0", "--duration", $"{seconds}"];
            await ToolRunner.RunSuccessfullyAsync("env", [.. settings, "dotnet", AppProcess.L2fwd.Path, .. arguments]);
            Match loop = Loop().Match(await File.ReadAllTextAsync(listing));
            if (loop.Success)
            {
                return loop.Value;
            }
        }

        throw new TimeoutException("the loop was not optimised in 32 s");
    }

    [GeneratedRegex(@"^; Assembly listing for method \S*ForwardProcessor\S*:Poll\(\):int:this \(Tier1\).*?^; Total bytes of code", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Loop();

    // "inside" is stored, "attention" compared: the two words of QueueGate, 4 bytes apart.
    [GeneratedRegex(@"mov +dword ptr \[\w+\+0x80\], 1\s+cmp +dword ptr \[\w+\+0x84\], 0\s+j\w+ ")]
    private static partial Regex Gate();

    [GeneratedRegex(@"^(?<label>G_M\d+_IG\d+):(?:(?!^G_M)[\s\S])*?PollIO\.(?:Rx|Tx)Queue:(?:Receive|Transmit)Slow\(", RegexOptions.Multiline)]
    private static partial Regex SlowBlock();

    [GeneratedRegex(@"\bj\w+ +(?:SHORT )?(?<label>G_M\d+_IG\d+)")]
    private static partial Regex Jump();
}
