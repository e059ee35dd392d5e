using PollIO.Apps.Common.Setup;
using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Apps.L2fwd.Setup;

namespace PollIO.Apps.Tests.L2fwd;

public sealed class PlansFitTheMachine
{
    [Theory]
    [InlineData("0", "0,0", IdleStrategy.Yield)]
    [InlineData("0,1", "0,1", IdleStrategy.Yield)]
    [InlineData("0,1,2", "1,2", IdleStrategy.Spin)]
    [InlineData("4,5,6,7", "5,6", IdleStrategy.Spin)]
    public void EmbeddedRunTakesTwoCpusAndLeavesTheFirst(string available, string expected, IdleStrategy idle)
    {
        CorePlan plan = CoreChoice.Choose(Parse(), CpuSet.Parse(available));

        Assert.Equal((expected, idle), (string.Join(",", plan.Cpus), plan.Idle));
    }

    [Theory]
    [InlineData(1, 1, "0", "0", IdleStrategy.Yield)]
    [InlineData(1, 1, "0,1", "1", IdleStrategy.Spin)]
    [InlineData(2, 1, "0,1,2,3", "1", IdleStrategy.Spin)]
    [InlineData(4, 1, "0,1,2,3", "1,2", IdleStrategy.Spin)]
    [InlineData(2, 8, "0,1,2,3", "1,2,3", IdleStrategy.Spin)]
    [InlineData(3, 1, "0,1,2,3", "1,2", IdleStrategy.Spin)]
    public void PortsGetAnLCoreForEachPairAndQueue(int ports, int queues, string available, string expected, IdleStrategy idle)
    {
        CorePlan plan = CoreChoice.Choose(Parse([.. NullPorts(ports), "--queues", $"{queues}"]), CpuSet.Parse(available));

        Assert.Equal((expected, idle), (string.Join(",", plan.Cpus), plan.Idle));
    }

    [Theory]
    [InlineData("2", "2,2", IdleStrategy.Yield)]
    [InlineData("3,0", "3,0", IdleStrategy.Spin)]
    [InlineData("0-3", "0,1", IdleStrategy.Spin)]
    public void CoresAskedForAreTaken(string asked, string expected, IdleStrategy idle)
    {
        CorePlan plan = CoreChoice.Choose(Parse("--cores", asked), CpuSet.Parse("0-3"));

        Assert.Equal((expected, idle), (string.Join(",", plan.Cpus), plan.Idle));
    }

    [Theory]
    [InlineData("spin", "0", IdleStrategy.Spin)]
    [InlineData("interrupt", "0-3", IdleStrategy.Interrupt)]
    public void IdleStrategyAskedForIsTaken(string asked, string available, IdleStrategy idle) =>
        Assert.Equal(idle, CoreChoice.Choose(Parse("--port", "null:", "--idle", asked), CpuSet.Parse(available)).Idle);

    [Fact]
    public void NoMoreLCoresThanLanes()
    {
        CorePlan plan = CoreChoice.Choose(Parse("--port", "null:", "--port", "null:", "--cores", "0-3"), CpuSet.Parse("0-3"));

        Assert.Equal([0, 1], plan.Cpus);
    }

    [Theory]
    [InlineData(1, 1, 1, "0>0.0@0")]
    [InlineData(2, 1, 1, "0>1.0@0 1>0.0@0")]
    [InlineData(3, 1, 1, "0>1.0@0 1>0.0@0 2>2.0@0")]
    [InlineData(4, 1, 2, "0>1.0@0 1>0.0@0 2>3.0@1 3>2.0@1")]
    [InlineData(2, 2, 2, "0>1.0@0 0>1.1@1 1>0.0@0 1>0.1@1")]
    [InlineData(2, 1, 2, "0>1.0@0 1>0.0@1")]
    [InlineData(2, 3, 2, "0>1.0@0 0>1.1@1 0>1.2@0 1>0.0@0 1>0.1@1 1>0.2@0")]
    public void BothDirectionsOfAQueueShareAnLCoreUnlessThatLeavesOneIdle(int ports, int queues, int cores, string expected)
    {
        IReadOnlyList<LanePlan> lanes = LanePlan.Lay(ports, ForwardingMode.Io, queues, cores);

        Assert.Equal(expected, string.Join(' ', lanes.Select(lane => $"{lane.RxPort}>{lane.TxPort}.{lane.Queue}@{lane.Core}")));
    }

    [Fact]
    public void EchoAnswersOutOfThePortItCameInOn() =>
        Assert.All(LanePlan.Lay(4, ForwardingMode.IcmpEcho, 1, 1), lane => Assert.Equal(lane.RxPort, lane.TxPort));

    [Theory]
    [InlineData(1, 1)]
    [InlineData(32, 4)]
    [InlineData(512, 64)]
    public void PoolHoldsWhatEveryPortMayHold(int burst, int queues)
    {
        Options options = Parse([.. NullPorts(3), "--burst", $"{burst}", "--queues", $"{queues}"]);
        PortCapabilities[] capabilities = [new(), new() { RingsHoldPackets = false, MinDataRoom = 9000, TxHeadroom = 200 }, new() { DefaultRingSize = 4096 }];

        PacketPoolOptions plan = new PoolPlan("l2fwd", queues, burst, Frame: 64, LCores: 4, Held: 100).For(capabilities);

        int rings = 2 * queues * (512 + 4096);
        Assert.True(plan.Count >= rings + (3 * queues * (plan.CacheSize + burst)) + 100);
        Assert.InRange(plan.CacheSize, burst, 4096);
        Assert.True(plan.DataRoom >= 9000);
        Assert.Equal(256, plan.Headroom);
    }

    [Fact]
    public void PeersAreTheDefaultOnesUnlessTheModeSaysOtherwise()
    {
        string[] peers = ["--eth-peer", "1,aa:bb:cc:dd:ee:00", "--port", "null:", "--port", "null:"];

        Options mac = Parse([.. peers, "--mode", "mac"]);
        Options l2 = Parse([.. peers, "--mode", "l2"]);

        Assert.Equal("02:00:00:00:00:00 aa:bb:cc:dd:ee:00", $"{mac.PeerOf(0)} {mac.PeerOf(1)}");
        Assert.Equal("02:00:00:00:00:00 02:00:00:00:00:01", $"{l2.PeerOf(0)} {l2.PeerOf(1)}");
    }

    private static IEnumerable<string> NullPorts(int count) => Enumerable.Repeat("--port=null:", count);

    private static Options Parse(params string[] arguments) => OptionParser.Parse(arguments, out _)!;
}
