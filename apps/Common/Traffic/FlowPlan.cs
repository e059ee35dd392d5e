namespace PollIO.Apps.Common.Traffic;

/// <summary>The flows of a run: how many, what tells them apart, and whether fields count up from flow to flow or are scattered.</summary>
/// <param name="Count">Flows.</param>
/// <param name="Fields">What differs; all of them do at once.</param>
/// <param name="Seed">Scatters the values, each field's in its own way; null counts up.</param>
internal sealed record FlowPlan(int Count, IReadOnlyList<Field> Fields, uint? Seed)
{
    internal const int MaxCount = 1 << 24;

    /// <summary>Flows a port field can tell apart.</summary>
    internal const int MaxPorts = 1 << 16;

    private const int NarrowBits = 16;
    private const int WideBits = 24;

    internal static FlowPlan One { get; } = new(1, [], null);

    /// <summary>Bits scattered values have: few, so that addresses stay near the first.</summary>
    internal int ScatterBits => Count <= MaxPorts ? NarrowBits : WideBits;

    /// <summary>
    /// A number that no other flow gets, below 2 to the power of <paramref name="bits"/>: multiplying by an odd number and shifting
    /// the upper half into the lower can both be undone, so no two flows meet.
    /// </summary>
    internal static uint Scatter(uint flow, uint salt, int bits)
    {
        uint mask = (1u << bits) - 1;
        uint x = (flow + salt) & mask;
        x = (x * 0x9E37_79B1) & mask;
        x ^= x >> (bits / 2);
        x = (x * 0x85EB_CA6B) & mask;
        return x ^ (x >> (bits / 2));
    }
}
