using PollIO.Apps.Latency.Measuring;

namespace PollIO.Apps.Latency.Searching;

/// <summary>What one size has shown.</summary>
/// <param name="Trial">The run, or in a search the one at the highest rate that passed; when none did, the one at the lowest.</param>
/// <param name="SearchedRate">The rate found, in packets a second: 0 when none passed; null without a search.</param>
/// <param name="Trials">Trials it took.</param>
internal sealed record SizeResult(TrialResult Trial, double? SearchedRate, int Trials);
