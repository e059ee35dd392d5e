using PollIO.Apps.Common.Traffic;

namespace PollIO.Apps.Pktgen.Sending;

/// <summary>When and how much a lane sends.</summary>
/// <param name="Pacer">Null for as fast as the port takes packets.</param>
/// <param name="Windows">Where the rate's evenness is counted, or null.</param>
/// <param name="Count">Packets, or <see cref="long.MaxValue"/>.</param>
/// <param name="IsStamped">Whether frames want the time.</param>
internal sealed record Schedule(Pacer? Pacer, RateWindows? Windows, long Count, bool IsStamped);
