namespace PollIO;

/// <summary>The state of a port's link.</summary>
/// <param name="IsUp">Whether frames can pass.</param>
/// <param name="SpeedMbps">Speed in megabits per second, 0 when the port has none.</param>
/// <param name="IsFullDuplex">Whether both directions run at once.</param>
public readonly record struct LinkState(bool IsUp, int SpeedMbps = 0, bool IsFullDuplex = true);
