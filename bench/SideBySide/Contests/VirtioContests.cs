using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;

namespace PollIO.SideBySide.Contests;

/// <summary>
/// Packets that go round between a virtio driver and a virtio device over a vhost-user socket, one core each: PollIO in place of one
/// DPDK side, against the same DPDK peer on the other core.
/// </summary>
internal static class VirtioContests
{
    internal const string Rate = "pps";
    internal const string Cycles = "cycles";

    internal static IEnumerable<Contest> Create(RunnerOptions options)
    {
        yield return CreateOne(options, "virtio-user", "split", "packed=off&in-order=off", "packed_vq=0,in_order=0");
        yield return CreateOne(options, "virtio-user", "packed, in order", "packed=on&in-order=on&mrg=off", "packed_vq=1,in_order=1,mrg_rxbuf=0");
        yield return CreateOne(options, "vhost", "split", "packed=off&in-order=off", "packed_vq=0,in_order=0");
        yield return CreateOne(options, "vhost", "packed, in order", "packed=on&in-order=on&mrg=off", "packed_vq=1,in_order=1,mrg_rxbuf=0");
    }

    private static Contest CreateOne(RunnerOptions options, string name, string layout, string ourKeys, string theirKeys)
    {
        bool isDriver = name == "virtio-user";
        string Device(string path) => $"net_vhost0,iface={path},queues=1";
        string Driver(string path) => $"net_virtio_user0,path={path},queues=1,queue_size=256,{theirKeys}";
        IForwarder StartPeer(string path) =>
            TestPmd.Start(null, options.WorkCpu, options.SideCpu, CirculatingContestant.Burst, "io", isDriver ? Device(path) : Driver(path));
        return new Contest(
            name,
            [
                new Row(Rate, $"{name}, {layout}", "Mpps", HigherIsBetter: true),
                new Row(Cycles, $"{name}, {layout}, busy cycles a packet", "cycles", HigherIsBetter: false),
            ],
            [
                new CirculatingContestant(
                    "PollIO", Eal.Missing(TestPmd.Program), options, isDriver, StartPeer, path => PollIOCirculator.Start(options.WorkCpu, $"{name}:{path}?{ourKeys}")),
                new CirculatingContestant(
                    "DPDK",
                    Eal.Missing(TestPmd.Program),
                    options,
                    isDriver,
                    StartPeer,
                    path => new CirculatingTestPmd(
                        TestPmd.Start(null, options.SideCpu, options.WorkCpu, CirculatingContestant.Burst, "io", isDriver ? Driver(path) : Device(path)))),
            ])
        {
            TwoCores = true,
        };
    }
}
