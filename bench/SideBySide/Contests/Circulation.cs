namespace PollIO.SideBySide.Contests;

/// <summary>What goes round on a wire.</summary>
/// <param name="Burst">Most packets a call, on both sides.</param>
/// <param name="FrameSize">Bytes of every frame.</param>
/// <param name="RingSize">Descriptors of each ring.</param>
internal sealed record Circulation(int Burst, int FrameSize, int RingSize)
{
    private const int SmallRing = 256;
    private const int LargeRing = 1024;

    /// <summary>Packets that go round: enough that neither side runs dry, and fewer than a ring holds, so that nothing is dropped.</summary>
    internal int Packets => RingSize * 3 / 4;

    /// <summary>A ring that holds more than a burst: DPDK's usual one, or a larger one.</summary>
    internal static Circulation Of(int burst, int frameSize) => new(burst, frameSize, burst < SmallRing ? SmallRing : LargeRing);
}
