using PollIO.Apps.Latency.CommandLine;
using PollIO.Apps.Tests.Support;

namespace PollIO.Apps.Tests.Latency;

[Collection(ProcessTests.Name)]
public sealed class WrongCommandLinesEndInOneLine
{
    [Theory]
    [InlineData("either --port SPEC is wanted")]
    [InlineData("either --port SPEC is wanted", "--tx", "null:")]
    [InlineData("either --port SPEC is wanted", "--port", "null:", "--rx", "null:")]
    [InlineData("--port is given twice", "--port", "null:", "--port", "null:")]
    [InlineData("latency needs a rate", "--port", "null:", "--rate", "max")]
    [InlineData("--size 59: a whole number from 60", "--port", "null:", "--size", "64,59")]
    [InlineData("--size 64: headers and the stamp need 78 bytes", "--port", "null:", "--ipv6")]
    [InlineData("--ndr and --pdr exclude each other", "--port", "null:", "--ndr", "--pdr", "1")]
    [InlineData("--pdr 0: a number above 0", "--port", "null:", "--pdr", "0")]
    [InlineData("--resolution needs --ndr or --pdr", "--port", "null:", "--resolution", "1")]
    [InlineData("one CPU or two", "--port", "null:", "--cores", "0-2")]
    [InlineData("for example 2.5; 0 for none", "--port", "null:", "--warmup", "-1")]
    [InlineData("--wait 0", "--port", "null:", "--wait", "0")]
    [InlineData("cannot sleep", "--port", "null:", "--idle", "interrupt")]
    public void UsageIsRefused(string expected, params string[] arguments) =>
        CommandLineAssert.IsRefused(expected, () => OptionParser.Parse(arguments, out _));

    [Theory]
    [InlineData(2, "latency needs a rate", "--port", "null:", "--rate", "max")]
    [InlineData(1, "there is no driver 'nope'", "--port", "nope:")]
    [InlineData(1, "there is no folder /nonexistent; mkdir -p /nonexistent", "--port", "null:", "--plot", "/nonexistent/x.svg")]
    [InlineData(1, "/nonexistent/x: write JSON summary", "--port", "null:", "--json", "/nonexistent/x")]
    public Task ExitCodeTellsWhoseFaultItIs(int exitCode, string expected, params string[] arguments) =>
        CommandLineAssert.EndsInOneLineAsync(AppProcess.Latency, exitCode, expected, arguments);

    [Fact]
    public Task HelpNamesEveryOptionInEightyColumns() => CommandLineAssert.HelpNamesAsync(
        AppProcess.Latency,
        "--port", "--tx", "--rx", "--rate", "--size", "--duration", "--warmup", "--wait", "--ndr", "--pdr", "--resolution", "--ipv6",
        "--vlan", "--dst-mac", "--plot", "--json", "--cores", "--idle", "--burst", "--help", "--version");
}
