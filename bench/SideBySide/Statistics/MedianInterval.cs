namespace PollIO.SideBySide.Statistics;

/// <summary>Where a median lies.</summary>
/// <param name="Low">Lower end, one of the values.</param>
/// <param name="High">Upper end, one of the values.</param>
/// <param name="Confidence">Probability that the interval holds the median, whatever the distribution; 0 for one value.</param>
internal readonly record struct MedianInterval(double Low, double High, double Confidence);
