using PollIO.Apps.L2fwd.Forwarding;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>An lcore and the lanes it serves; no lanes of ours when it is the generator's.</summary>
internal sealed record Worker(LCore Core, IReadOnlyList<Lane> Lanes);
