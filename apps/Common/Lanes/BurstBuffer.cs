namespace PollIO.Apps.Common.Lanes;

/// <summary>Room for one burst, padded so that no other lcore's buffer shares its cache lines.</summary>
internal readonly struct BurstBuffer
{
    private const int Padding = 128 / 8;

    private readonly Packet[] _slots;
    private readonly int _burst;

    internal BurstBuffer(int burst)
    {
        _slots = new Packet[burst + (2 * Padding)];
        _burst = burst;
    }

    internal Span<Packet> Packets => _slots.AsSpan(Padding, _burst);
}
