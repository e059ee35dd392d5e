using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Common.Metrics;
using PollIO.Apps.Tests.Support;
using PollIO.Pmd;

namespace PollIO.Apps.Tests.L2fwd;

[Collection(ProcessTests.Name)]
public sealed class MetricsAgreeWithTheSummary
{
    [Fact]
    public async Task ScrapedTotalsOfStoppedPortsAreTheirStatisticsToThePacket()
    {
        using var pool = new PacketPool(new PacketPoolOptions { Count = 4096, Name = "metrics \"quoted\"" });
        using Port port = PortFactory.Open("null:?size=100");
        port.Configure(new PortConfig { Pool = pool });
        port.Start();
        using MetricsServer server = MetricsServer.Start(new IPEndPoint(IPAddress.Loopback, 0));
        var core = LCore.Launch(new LCoreOptions { Cpu = CpuSet.GetCurrent()[0], Name = "metrics", Idle = IdleStrategy.Yield }, new Forward(port));
        string label = $"pollio_port_id=\"{port.Id}\"";
        string during = await ScrapeAsync(server.Address);
        core.Stop();
        await core.Completion;
        port.Stop();

        string after = await ScrapeAsync(server.Address);
        PortStatistics statistics = port.GetStatistics();
        Assert.True(statistics.Rx.Packets > 0);
        Assert.Equal(statistics.Rx.Packets, Value(after, "pollio_port_packets_total", label, "receive"));
        Assert.Equal(statistics.Tx.Packets, Value(after, "pollio_port_packets_total", label, "transmit"));
        Assert.Equal(statistics.Rx.Bytes, Value(after, "pollio_port_io_bytes_total", label, "receive"));
        Assert.Equal(statistics.Tx.Bytes, Value(after, "pollio_port_io_bytes_total", label, "transmit"));
        Assert.InRange(Value(during, "pollio_port_packets_total", label, "receive"), 0, statistics.Rx.Packets);
        Assert.Equal(core.Statistics.Packets, Value(after, "pollio_lcore_packets_total", "pollio_lcore_name=\"metrics\""));
        Assert.Contains("# TYPE pollio_port_packets_total counter\n", after, StringComparison.Ordinal);
        Assert.Contains("pollio_lcore_busy_ratio{", after, StringComparison.Ordinal);
        Assert.Contains("pollio_pool_packets_limit{pollio_pool_name=\"metrics \\\"quoted\\\"\",", after, StringComparison.Ordinal);
        core.Dispose();
    }

    [Fact]
    public async Task ProcessServesWhatItsSummaryThenSays()
    {
        using Process l2fwd = PollioProcess.Start(
            "l2fwd", null, "--port", "null:", "--port", "ring:metrics?size=64", "--metrics", "0", "--duration", "120", "--interval", "0", "--json", "-");
        try
        {
            string address = "";
            while (!address.StartsWith("metrics on ", StringComparison.Ordinal))
            {
                address = await l2fwd.StandardError.ReadLineAsync(TestContext.Current.CancellationToken) ?? throw new EndOfStreamException();
            }

            address = address["metrics on ".Length..];
            Assert.StartsWith("http://127.0.0.1:", address, StringComparison.Ordinal);

            // The ring has no other end: 64 packets fit, every other is refused and dropped, and what is sent stays at 64.
            string text = await ScrapeAsync(address);
            var clock = Stopwatch.StartNew();
            while (Value(text, "pollio_port_packets_total", "pollio_port_id=\"1\"", "transmit") < 64)
            {
                Assert.True(clock.Elapsed < TimeSpan.FromSeconds(30), text);
                text = await ScrapeAsync(address);
            }

            Assert.Equal(64, Value(text, "pollio_port_ring_packets_usage", "pollio_port_id=\"1\"", "transmit"));
            Assert.Equal(64, Value(text, "pollio_port_ring_packets_limit", "pollio_port_id=\"1\"", "transmit"));
            long received = Value(text, "pollio_port_packets_total", "pollio_port_id=\"0\"", "receive");
            long dropped = Value(text, "pollio_app_drops_total", "pollio_port_id=\"1\"");
            JsonElement summary = await PollioProcess.EndAsync(l2fwd);
            Assert.Equal(64, summary.GetProperty("txPackets").GetInt64());
            Assert.InRange(received, 64, summary.GetProperty("rxPackets").GetInt64());
            Assert.InRange(dropped, 0, summary.GetProperty("dropped").GetInt64());
            Assert.Equal(summary.GetProperty("rxPackets").GetInt64(), 64 + summary.GetProperty("dropped").GetInt64());
        }
        finally
        {
            if (!l2fwd.HasExited)
            {
                l2fwd.Kill();
            }
        }
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", "404")]
    [InlineData("POST /metrics HTTP/1.1\r\n\r\n", "405")]
    [InlineData("hello\r\n\r\n", "400")]
    [InlineData("GET /metrics?x=1 HTTP/1.0\r\n\r\n", "200")]
    public void RequestsAreAnsweredOneAfterTheOther(string request, string status)
    {
        using MetricsServer server = MetricsServer.Start(new IPEndPoint(IPAddress.Loopback, 0));
        for (int i = 0; i < 2; i++)
        {
            Assert.StartsWith($"HTTP/1.1 {status} ", Ask(server, request), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void ClientThatSaysNothingDoesNotKeepTheServerFromEnding()
    {
        MetricsServer server = MetricsServer.Start(new IPEndPoint(IPAddress.Loopback, 0));
        using var silent = new TcpClient(AddressFamily.InterNetwork);
        silent.Connect(IPAddress.Loopback, new Uri(server.Address).Port);
        var clock = Stopwatch.StartNew();
        server.Dispose();
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), $"{clock.Elapsed}");
    }

    [Theory]
    [InlineData("9090", "127.0.0.1:9090")]
    [InlineData(":9090", "127.0.0.1:9090")]
    [InlineData("0.0.0.0:80", "0.0.0.0:80")]
    [InlineData("[::1]:9090", "[::1]:9090")]
    [InlineData("127.0.0.1", null)]
    [InlineData("::1:9090", null)]
    [InlineData("localhost:9090", null)]
    [InlineData("127.0.0.1:70000", null)]
    public void AddressesAreRead(string value, string? expected)
    {
        if (expected is null)
        {
            Assert.Contains("--metrics", Assert.Throws<UsageException>(() => OptionValues.EndPoint("--metrics", value)).Message, StringComparison.Ordinal);
        }
        else
        {
            Assert.Equal(expected, OptionValues.EndPoint("--metrics", value).ToString());
        }
    }

    private static string Ask(MetricsServer server, string request)
    {
        using var client = new TcpClient(AddressFamily.InterNetwork);
        client.Connect(IPAddress.Loopback, new Uri(server.Address).Port);
        client.GetStream().Write(Encoding.ASCII.GetBytes(request));
        return new StreamReader(client.GetStream()).ReadToEnd();
    }

    private static async Task<string> ScrapeAsync(string address)
    {
        using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(30) };
        return await client.GetStringAsync(address, TestContext.Current.CancellationToken);
    }

    private static long Value(string text, params string[] parts) => long.Parse(
        text.Split('\n').Single(line => line.StartsWith(parts[0] + "{", StringComparison.Ordinal) && parts.All(part => line.Contains(part, StringComparison.Ordinal))).Split(' ')[^1],
        System.Globalization.CultureInfo.InvariantCulture);

    private readonly struct Forward(Port port) : IPollProcessor
    {
        private readonly RxQueue _rx = port.RxQueues[0];
        private readonly TxQueue _tx = port.TxQueues[0];
        private readonly Packet[] _burst = new Packet[32];

        public bool IsCompleted => false;

        public int Poll()
        {
            int count = _rx.Receive(_burst);
            int sent = _tx.Transmit(_burst.AsSpan(0, count));
            PacketPool.Free(_burst.AsSpan(sent, count - sent));
            return count;
        }
    }
}
