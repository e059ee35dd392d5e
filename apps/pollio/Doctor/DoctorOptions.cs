using PollIO.Pmd;

namespace PollIO.Apps.Tools.Doctor;

/// <summary>What <c>pollio doctor</c> was asked for.</summary>
internal sealed record DoctorOptions
{
    /// <summary>The port to look at, or null for the machine as a whole.</summary>
    internal PortSpec? Port { get; init; }

    /// <summary>CPUs that are to poll.</summary>
    internal IReadOnlyList<int> Cores { get; init; } = [];

    /// <summary>Whether to print JSON.</summary>
    internal bool Json { get; init; }

    /// <summary>The folder that holds /sys, /proc and /dev.</summary>
    internal string Root { get; init; } = "/";

    internal bool NeedsVfio => Port?.Driver == "vfio";

    internal bool NeedsUio => Port?.Driver == "uio";
}
