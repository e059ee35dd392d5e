using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.Pollio;

[Collection(ProcessTests.Name)]
public sealed class RunningApplicationIsCaptured : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string File => _folder.PathOf("live.pcapng");

    [Fact]
    public async Task FileHoldsEveryPacketThatWasNotCountedAsDropped()
    {
        ToolRunner.Require("tshark", "tshark", "capinfos");
        using Process target = Running("--port", "null:");
        try
        {
            ToolResult capture = await PollioProcess.RunAsync("capture", "--pid", $"{target.Id}", "-w", File, "--snaplen", "64", "--duration", "0.5");

            Assert.True(capture.ExitCode == 0, capture.Error);
            long[] counts = [.. System.Text.RegularExpressions.Regex.Matches(capture.Error.Split('\n')[^2], "[0-9]+")
                .Select(number => long.Parse(number.Value, CultureInfo.InvariantCulture))];
            (long captured, long passed, long dropped) = (counts[0], counts[1], counts[2]);
            Assert.True(captured > 0, capture.Error);
            Assert.Equal(passed, captured + dropped);
            string infos = await ToolRunner.RunSuccessfullyAsync("capinfos", "-c", "-M", File);
            Assert.Contains($" {captured}\n", infos, StringComparison.Ordinal);
            string head = await ToolRunner.RunSuccessfullyAsync("tshark", "-r", File, "-c", "2000", "-T", "fields", "-e", "frame.interface_name", "-e", "frame.packet_flags_direction");
            Assert.Equal(["null:"], head.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('\t')[0]).Distinct());
        }
        finally
        {
            JsonElement summary = await PollioProcess.EndAsync(target);

            // However slow the reader was, the forwarder lost nothing.
            Assert.Equal(0, summary.GetProperty("dropped").GetInt64());
        }
    }

    [Fact]
    public async Task FilteredAndCountedPacketsGoThroughAPipeIntoTshark()
    {
        ToolRunner.Require("tshark", "tshark");
        using Process target = Running();
        try
        {
            string pipe = $"dotnet '{PollioProcess.Path}' capture --pid {target.Id} --port 0 --filter 'udp and dst host 198.18.0.2' --count 40 | tshark -n -i - -T fields -e ip.dst";
            ToolResult shown = await ToolRunner.RunAsync("sh", ["-c", pipe]);

            Assert.True(shown.Output.Split('\n').Count(line => line == "198.18.0.2") == 40, shown.Error + shown.Output);
        }
        finally
        {
            await PollioProcess.EndAsync(target);
        }
    }

    [Fact]
    public async Task CaptureEndsWellWithTheApplication()
    {
        using Process target = Running("--port", "null:", "--cores", "0");
        Task<ToolResult> capture = PollioProcess.RunAsync("capture", "--pid", $"{target.Id}", "-w", File, "--filter", "tcp");
        var clock = Stopwatch.StartNew();
        while (!System.IO.File.Exists(File) || new FileInfo(File).Length == 0)
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30) && !capture.IsCompleted, capture.IsCompleted ? (await capture).Error : "nothing came");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        await PollioProcess.EndAsync(target);
        ToolResult result = await capture;
        Assert.True(result.ExitCode == 0, result.Error);
        Assert.Matches("pollio: 0 packets captured of [1-9][0-9]* that passed, 0 dropped", result.Error);
    }

    [Fact]
    public async Task PortThatIsNotThereIsRefusedWithTheOnesThatAre()
    {
        using Process target = Running("--port", "null:");
        try
        {
            ToolResult result = await PollioProcess.RunAsync("capture", "--pid", $"{target.Id}", "-w", File, "--port", "7");

            Assert.Equal(1, result.ExitCode);
            Assert.Equal($"pollio: process {target.Id}: capture process: the process has no port '7'; its ports are 0 null:\n", result.Error);
        }
        finally
        {
            await PollioProcess.EndAsync(target);
        }
    }

    [Fact]
    public async Task ApplicationWithoutDiagnosticsIsToldFromOthers()
    {
        using Process target = Started(new() { ["DOTNET_EnableDiagnostics"] = "0" }, "--port", "null:");
        try
        {
            ToolResult result = await PollioProcess.RunAsync("capture", "--pid", $"{target.Id}", "-w", File);

            Assert.Equal(1, result.ExitCode);
            Assert.Contains("it was started with DOTNET_EnableDiagnostics=0, so nobody can attach to it", result.Error, StringComparison.Ordinal);
        }
        finally
        {
            target.Kill();
            await target.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    [Theory]
    [InlineData("there is no such process", 1, "--pid", "4194305")]
    [InlineData("--pid is missing", 2)]
    [InlineData("--count 0", 2, "--pid", "1", "--count", "0")]
    [InlineData("compile filter: ", 1, "--pid", "1", "--filter", "nonsense here")]
    public async Task WrongCommandLinesEndInOneLine(string message, int exitCode, params string[] arguments)
    {
        ToolResult result = await PollioProcess.RunAsync(["capture", .. arguments]);

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Contains(message, result.Error, StringComparison.Ordinal);
        Assert.Single(result.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    public void Dispose() => _folder.Dispose();

    /// <summary>An l2fwd that polls.</summary>
    private static Process Running(params string[] arguments)
    {
        Process process = Started(null, arguments);
        string line = process.StandardError.ReadLine() ?? "";
        Assert.StartsWith("l2fwd ", line, StringComparison.Ordinal);
        return process;
    }

    private static Process Started(Dictionary<string, string>? environment, params string[] arguments) =>
        PollioProcess.Start("l2fwd", environment, ["--duration", "120", "--interval", "0", "--json", "-", .. arguments]);
}
