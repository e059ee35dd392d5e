namespace PollIO.Hosting;

/// <summary>What the configuration section says: pools and ports by name.</summary>
public sealed class PollIOOptions
{
    /// <summary>Pools by name; ports that name none share one called <c>default</c>, which is there unless it is configured otherwise.</summary>
    public Dictionary<string, PoolSettings> Pools { get; init; } = [];

    /// <summary>
    /// Whether to keep the process's other threads off the CPUs of lcores, for good; off for a process that shares them all the same.
    /// </summary>
    public bool ReserveCpus { get; set; } = true;

    /// <summary>Ports by name, which is their service key.</summary>
    public Dictionary<string, PortSettings> Ports { get; init; } = [];
}
