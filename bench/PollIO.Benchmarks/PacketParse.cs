using BenchmarkDotNet.Attributes;
using PollIO.Wire;

namespace PollIO.Benchmarks;

/// <summary>The layers of one frame found: link, network and transport, from a frame in the first-level cache.</summary>
public class PacketParse
{
    private byte[] _frame = null!;

    /// <summary>The frames, from the fewest layers to the most.</summary>
    public enum FrameKind
    {
        Arp,
        IPv4Udp,
        VlanIPv6Tcp,
    }

    [Params(FrameKind.Arp, FrameKind.IPv4Udp, FrameKind.VlanIPv6Tcp)]
    public FrameKind Frame { get; set; }

    [GlobalSetup]
    public void Setup() => _frame = Frame switch
    {
        FrameKind.Arp => SampleFrames.Arp(),
        FrameKind.IPv4Udp => SampleFrames.IPv4Udp(),
        _ => SampleFrames.VlanIPv6Tcp(),
    };

    [Benchmark]
    public int Parse()
    {
        FrameLayout layout = PacketParser.Parse(_frame);
        return layout.PayloadOffset + layout.End;
    }
}
