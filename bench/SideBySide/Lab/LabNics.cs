namespace PollIO.SideBySide.Lab;

/// <summary>The NICs of one kind in the guest of tests/lab/scenarios/bench.sh: two joined, and a peer on their wire.</summary>
/// <param name="Name">The kind, which is also the name of its contests.</param>
/// <param name="First">PCI address of the NIC that sends or receives alone.</param>
/// <param name="Second">PCI address of the one it is joined to.</param>
/// <param name="Peer">PCI address of a virtio-net NIC that the guest's kernel drives.</param>
internal sealed record LabNics(string Name, string First, string Second, string Peer)
{
    /// <summary>What tests/lab/run.sh calls the guest.</summary>
    internal const string Scenario = "bench";

    /// <summary>Every kind there is.</summary>
    internal static readonly LabNics[] All =
    [
        new("e1000e", "0000:00:10.0", "0000:00:11.0", "0000:00:18.0"),
        new("e1000", "0000:00:12.0", "0000:00:13.0", "0000:00:19.0"),
    ];

    /// <summary>Whether this process runs in that guest, by the kernel's command line.</summary>
    internal static bool IsHere => File.ReadAllText("/proc/cmdline").Split([' ', '\n']).Contains($"pollio.lab={Scenario}");
}
