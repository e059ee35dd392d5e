namespace PollIO.SideBySide.Reporting;

/// <summary>One figure beside the ratios.</summary>
internal sealed record EvidenceLine(string Title, string Contestant, string Name, double Value);
