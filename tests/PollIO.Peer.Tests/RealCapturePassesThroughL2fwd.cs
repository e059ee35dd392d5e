using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>Traffic of two kernels, recorded by Wireshark's own dumpcap, goes through <c>pcap:in?tx=out</c>; tshark compares.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class RealCapturePassesThroughL2fwd : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("pcapng")]
    [InlineData("nsecpcap")]
    public async Task BytesAndTimesAreTheSame(string format)
    {
        ToolRunner.Require("tshark", "tshark", "dumpcap", "editcap");
        string input = await RecordAsync(format);
        string output = _folder.PathOf("out.pcapng");

        ToolResult run = await L2fwdProcess.RunAsync("--port", $"pcap:{input}?tx={output}", "--mode", "io");

        Assert.True(run.ExitCode == 0, run.Error);
        string before = await DescribeAsync(input);
        Assert.True(before.Split('\n').Length > 300, "the capture is too small to tell");
        Assert.Equal(before, await DescribeAsync(output));
    }

    private static async Task<string> DescribeAsync(string path) =>
        await ToolRunner.RunSuccessfullyAsync("tshark", "-r", path, "-T", "fields", "-e", "frame.number", "-e", "frame.time_epoch", "-e", "frame.len", "-e", "frame.cap_len")
        + await ToolRunner.RunSuccessfullyAsync("tshark", "-r", path, "-x");

    private async Task<string> RecordAsync(string format)
    {
        await using KernelPair kernels = await KernelPair.CreateAsync();
        string recorded = _folder.PathOf("recorded.pcapng");
        await kernels.BridgeAsync();

        // A snap length, so that the record of a long frame says more bytes than it holds.
        Task<ToolResult> dumpcap = ToolRunner.RunAsync("dumpcap", ["-q", "-i", kernels.NearA, "-s", "4000", "-c", "300", "-a", "duration:30", "-w", recorded]);
        while (!File.Exists(recorded) && !dumpcap.IsCompleted)
        {
            await Task.Delay(10);
        }

        while (!dumpcap.IsCompleted)
        {
            await kernels.PingAsync(KernelPair.AddressB4, 20);
            await kernels.PingAsync(KernelPair.AddressB6, 20, size: 1400);
            Assert.True(await TcpTransfer.IsIntactAsync(kernels.NamespaceA, kernels.NamespaceB, KernelPair.AddressB4, 1_000_000));
        }

        Assert.Equal(0, (await dumpcap).ExitCode);
        string input = _folder.PathOf("in");
        await ToolRunner.RunSuccessfullyAsync("editcap", "-F", format, recorded, input);
        return input;
    }
}
