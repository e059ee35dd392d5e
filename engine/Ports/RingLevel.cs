namespace PollIO;

/// <summary>How full a queue's ring is.</summary>
/// <param name="Used">Packets in it, a snapshot.</param>
/// <param name="Limit">Packets it holds.</param>
public readonly record struct RingLevel(int Used, int Limit);
