using PollIO.Apps.Tests.Pages;
using PollIO.Apps.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Apps.Tests.CommandLines;

/// <summary>Help fits a terminal of 80 columns, and a wrong command line ends in one line and with code 2, in every app.</summary>
[Collection(ProcessTests.Name)]
public sealed class EveryAppAnswersInOneManner
{
    private const int Columns = 80;

    [Theory]
    [InlineData("l2fwd")]
    [InlineData("pktgen")]
    [InlineData("latency")]
    [InlineData("echo")]
    [InlineData("pollio")]
    [InlineData("pollio", "doctor")]
    [InlineData("pollio", "devbind")]
    [InlineData("pollio", "capture")]
    [InlineData("pollio", "hugepages")]
    public async Task HelpFitsATerminal(string app, params string[] command)
    {
        ToolResult result = await AppProcess.Of(app).RunAsync([.. command, "--help"]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.Equal(result.Output, (await AppProcess.Of(app).RunAsync([.. command, "-h"])).Output);
        Assert.Contains("usage: ", result.Output, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("exit code: 0", result.Output, StringComparison.OrdinalIgnoreCase);
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(line.Length, 0, Columns));
    }

    [Theory]
    [InlineData("hugepages.sh")]
    [InlineData("tests/run.sh")]
    [InlineData("tests/lab/run.sh")]
    [InlineData("bench/compare.sh")]
    public async Task HelpOfScriptsFitsATerminal(string script)
    {
        ToolResult result = await ToolRunner.RunAsync("bash", [Path.Combine(PageBlock.Root, script), "--help"]);

        Assert.Equal((0, ""), (result.ExitCode, result.Error));
        Assert.All(result.Output.Split('\n'), line => Assert.InRange(line.Length, 0, Columns));
    }

    /// <summary>The line names the argument that is wrong, and what would be right.</summary>
    [Theory]
    [InlineData("there is no option '--bogus'", "--bogus", "x")]
    [InlineData("--port needs a port spec", "--port")]
    [InlineData("--port SPEC is missing")]
    [InlineData("--cpu 1023: a whole number from 0", "--port", "null:", "--cpu", "1023")]
    [InlineData("--udp-port 65536: a whole number from 1 to 65535", "--port", "null:", "--udp-port", "65536")]
    public Task EchoNamesWhatIsWrong(string expected, params string[] arguments) =>
        CommandLineAssert.EndsInOneLineAsync(AppProcess.Of("echo"), 2, expected, arguments);

    [Theory]
    [InlineData("there is no driver 'nope'", "--port", "nope:")]
    [InlineData("/nonexistent/summary.json", "--port", "null:", "--json", "/nonexistent/summary.json")]
    public Task EchoSaysWhyItCannotStart(string expected, params string[] arguments) =>
        CommandLineAssert.EndsInOneLineAsync(AppProcess.Of("echo"), 1, expected, arguments);

    [Theory]
    [InlineData("l2fwd", "--bogus")]
    [InlineData("l2fwd", "--port")]
    [InlineData("pktgen")]
    [InlineData("pktgen", "--port", "null:", "--rate", "fast")]
    [InlineData("latency")]
    [InlineData("latency", "--port", "null:", "--size", "1")]
    [InlineData("echo")]
    [InlineData("echo", "--bogus", "x")]
    [InlineData("echo", "--port")]
    [InlineData("echo", "--port", "null:", "--cpu", "first")]
    [InlineData("echo", "--port", "null:", "--cpu", "-1")]
    [InlineData("echo", "--port", "null:", "--udp-port", "0")]
    [InlineData("pollio")]
    [InlineData("pollio", "bogus")]
    [InlineData("pollio", "doctor", "--bogus")]
    [InlineData("pollio", "doctor", "--cores", "a")]
    [InlineData("pollio", "devbind")]
    [InlineData("pollio", "devbind", "bind")]
    [InlineData("pollio", "devbind", "status", "--bogus")]
    [InlineData("pollio", "capture")]
    [InlineData("pollio", "capture", "--pid", "x")]
    [InlineData("pollio", "hugepages", "--bogus")]
    [InlineData("pollio", "hugepages", "--reserve")]
    public async Task WrongCommandLineEndsInOneLine(string app, params string[] arguments)
    {
        ToolResult result = await AppProcess.Of(app).RunAsync(arguments);

        Assert.Equal((2, ""), (result.ExitCode, result.Output));
        Assert.StartsWith(arguments is ["hugepages", ..] ? "hugepages.sh: " : $"{app}: ", result.Error, StringComparison.Ordinal);
        Assert.Equal(result.Error.Length - 1, result.Error.IndexOf('\n', StringComparison.Ordinal));
    }
}
