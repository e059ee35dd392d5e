namespace PollIO.Apps.Common.Lanes;

/// <summary>An lcore and the lanes it serves; no lanes of ours when it is the generator's.</summary>
internal sealed record Worker(LCore Core, IReadOnlyList<Lane> Lanes);
