using PollIO.Apps.Pktgen.CommandLine;
using PollIO.Apps.Tests.Support;

namespace PollIO.Apps.Tests.Pktgen;

[Collection(ProcessTests.Name)]
public sealed class WrongCommandLinesEndInOneLine
{
    [Theory]
    [InlineData("--port SPEC is missing")]
    [InlineData("no option '--bogus'", "--bogus")]
    [InlineData("--size 59: a whole number from 60", "--size", "59")]
    [InlineData("the range ends before it begins", "--size", "100-64")]
    [InlineData("--size 64: these headers and the stamp need 78 bytes", "--ipv6", "--stamp")]
    [InlineData("--size 64: these headers need 74 bytes", "--ipv6", "--protocol", "tcp")]
    [InlineData("--rate fast: 'max', packets or bits per second", "--rate", "fast")]
    [InlineData("--count 0", "--count", "0")]
    [InlineData("--protocol sctp: one of udp, tcp, icmp is wanted", "--protocol", "sctp")]
    [InlineData("--vlan 4095", "--vlan", "4095")]
    [InlineData("--src-mac zz: an address is wanted", "--src-mac", "zz")]
    [InlineData("--src-ip 1.2.3: an IPv4 or IPv6 address is wanted", "--src-ip", "1.2.3")]
    [InlineData("--src-ip is an IPv4 address, and --ipv6 is given", "--src-ip", "10.0.0.1", "--ipv6")]
    [InlineData("--src-ip is an IPv4 address, and --dst-ip an IPv6 address", "--src-ip", "10.0.0.1", "--dst-ip", "fd00::1")]
    [InlineData("--dst-port 65536", "--dst-port", "65536")]
    [InlineData("icmp has no dst-port", "--protocol", "icmp", "--dst-port", "5")]
    [InlineData("icmp has no dst-port", "--protocol", "icmp", "--flows", "2", "--vary", "dst-port")]
    [InlineData("--vary port: one or more of src-port", "--flows", "2", "--vary", "port")]
    [InlineData("src-ip is named twice", "--flows", "2", "--vary", "src-ip,src-ip")]
    [InlineData("--vary needs --flows N", "--vary", "src-ip")]
    [InlineData("--random needs --flows N", "--random", "1")]
    [InlineData("ports tell 65536 apart", "--flows", "65537")]
    [InlineData("--loop needs --pcap", "--loop")]
    [InlineData("--speed needs --pcap", "--speed", "2")]
    [InlineData("--speed 0", "--speed", "0", "--pcap", "x")]
    [InlineData("--size has no meaning with --pcap", "--size", "64", "--pcap", "x")]
    [InlineData("--stamp has no meaning with --pcap", "--stamp", "--pcap", "x")]
    [InlineData("--queues has no meaning with --pcap", "--queues", "2", "--pcap", "x")]
    [InlineData("--speed and --rate exclude each other", "--speed", "2", "--rate", "1Mpps", "--pcap", "x")]
    [InlineData("--idle interrupt waits for packets", "--idle", "interrupt")]
    public void UsageIsRefused(string expected, params string[] arguments)
    {
        string[] port = expected.StartsWith("--port", StringComparison.Ordinal) ? [] : ["--port", "null:"];

        CommandLineAssert.IsRefused(expected, () => OptionParser.Parse([.. port, .. arguments], out _));
    }

    [Theory]
    [InlineData(2, "--rate fast", "--port", "null:", "--rate", "fast")]
    [InlineData(2, "cannot run on CPU 1023", "--port", "null:", "--cores", "1023")]
    [InlineData(1, "there is no driver 'nope'", "--port", "nope:")]
    [InlineData(1, "/nonexistent/x.pcap: open capture", "--port", "null:", "--pcap", "/nonexistent/x.pcap")]
    [InlineData(1, "/nonexistent/x: write JSON summary", "--port", "null:", "--json", "/nonexistent/x")]
    public Task ExitCodeTellsWhoseFaultItIs(int exitCode, string expected, params string[] arguments) =>
        CommandLineAssert.EndsInOneLineAsync(AppProcess.Pktgen, exitCode, expected, arguments);

    [Fact]
    public Task HelpNamesEveryOptionInEightyColumns() => CommandLineAssert.HelpNamesAsync(
        AppProcess.Pktgen,
        "--port", "--size", "--rate", "--count", "--duration", "--protocol", "--ipv6", "--vlan", "--src-mac", "--dst-mac", "--src-ip",
        "--dst-ip", "--src-port", "--dst-port", "--flows", "--vary", "--random", "--stamp", "--pcap", "--speed", "--loop", "--cores",
        "--idle", "--queues", "--burst", "--interval", "--json", "--help", "--version");
}
