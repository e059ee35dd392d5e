using System.Globalization;
using PollIO.SideBySide.CommandLine;
using PollIO.SideBySide.Dpdk;
using PollIO.SideBySide.Plots;

namespace PollIO.SideBySide.Contests;

/// <summary>
/// Packets that go round between a virtio driver and a virtio device over a vhost-user socket, one core each: PollIO in place of one
/// DPDK side, against the same DPDK peer on the other core.
/// </summary>
internal static class VirtioContests
{
    internal const string Rate = "pps";
    internal const string Cycles = "cycles";

    private const int UsualBurst = 32;

    // Frames go round without change: where they are not the subject they are small, as benchmarks have them.
    private const int UsualSize = 64;

    internal static IEnumerable<Contest> Create(RunnerOptions options) =>
        from name in (string[])["virtio-user", "vhost"]
        from layout in VirtioLayout.All
        from circulation in Circulations(options)
        select CreateOne(options, name, layout, circulation);

    /// <summary>Every burst with small frames, then every size with the usual burst.</summary>
    private static IEnumerable<Circulation> Circulations(RunnerOptions options)
    {
        IEnumerable<Circulation> bursts = options.Bursts.Select(burst => Circulation.Of(burst, UsualSize));
        IEnumerable<Circulation> sizes = options.Sizes.Select(size => Circulation.Of(UsualBurst, size));
        return bursts.Concat(sizes).Distinct();
    }

    private static Contest CreateOne(RunnerOptions options, string name, VirtioLayout layout, Circulation circulation)
    {
        bool isDriver = name == "virtio-user";
        string Device(string path) => $"net_vhost0,iface={path},queues=1";
        string Driver(string path) => $"net_virtio_user0,path={path},queues=1,queue_size={circulation.RingSize},{layout.DpdkKeys}";
        string size = isDriver ? $"&size={circulation.RingSize}" : "";
        TestPmd StartDpdk(int cpu, int otherCpu, string device) =>
            TestPmd.Start(null, otherCpu, cpu, circulation.Burst, circulation.FrameSize, "io", device);
        IForwarder StartPeer(string path) => StartDpdk(options.SideCpu, options.WorkCpu, isDriver ? Device(path) : Driver(path));
        return new Contest(
            name,
            Rows(name, layout, circulation),
            [
                new CirculatingContestant(
                    "PollIO",
                    Eal.Missing(TestPmd.Program),
                    options,
                    circulation,
                    isDriver,
                    StartPeer,
                    path => PollIOCirculator.Start(options.WorkCpu, circulation, $"{name}:{path}?{layout.Keys}{size}")),
                new CirculatingContestant(
                    "DPDK",
                    Eal.Missing(TestPmd.Program),
                    options,
                    circulation,
                    isDriver,
                    StartPeer,
                    path => new CirculatingTestPmd(StartDpdk(options.WorkCpu, options.SideCpu, isDriver ? Driver(path) : Device(path)))),
            ])
        {
            TwoCores = true,
            Label = Title(name, layout, circulation),
        };
    }

    private static string Title(string name, VirtioLayout layout, Circulation circulation) =>
        circulation.FrameSize == UsualSize ? $"{name} {layout.Name}, burst {circulation.Burst}" : $"{name} {layout.Name}, {circulation.FrameSize} bytes";

    private static Row[] Rows(string name, VirtioLayout layout, Circulation circulation)
    {
        string title = Title(name, layout, circulation);
        List<PlotPlace> rates = [];
        List<PlotPlace> costs = [];
        if (circulation.FrameSize == UsualSize)
        {
            rates.Add(new PlotPlace(PlotKind.RateByBurst(name, name), Text(circulation.Burst), layout.Name));
            costs.Add(new PlotPlace(PlotKind.CyclesByBurst(name, name), Text(circulation.Burst), layout.Name));
        }

        if (circulation.Burst == UsualBurst)
        {
            rates.Add(new PlotPlace(PlotKind.RateBySize(name, name), Text(circulation.FrameSize), layout.Name));
        }

        return
        [
            new Row(Rate, title, "Mpps", HigherIsBetter: true) { Places = rates },
            new Row(Cycles, $"{title}, cost", "cycles/packet", HigherIsBetter: false) { Places = costs },
        ];
    }

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);
}
