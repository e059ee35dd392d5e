namespace PollIO.SideBySide.Lab;

/// <summary>The NICs of one kind in the guest of tests/lab/scenarios/bench.sh: two joined, and two with wires of their own.</summary>
/// <param name="Name">The kind, which is also the name of its contests.</param>
/// <param name="First">PCI address of a NIC.</param>
/// <param name="Second">PCI address of the one it is joined to.</param>
/// <param name="Sending">PCI address of the one that sends alone; nobody is on its wire.</param>
/// <param name="Flooded">PCI address of the one that receives alone.</param>
/// <param name="Wire">Name of the datagram socket its frames come from, in the folder of <see cref="WiresVariable"/>.</param>
internal sealed record LabNics(string Name, string First, string Second, string Sending, string Flooded, string Wire)
{
    /// <summary>What tests/lab/run.sh calls the guest.</summary>
    internal const string Scenario = "bench";

    /// <summary>The variable that tells the scenario in which folder of the host the wires' sockets go.</summary>
    internal const string WiresVariable = "POLLIO_LAB_WIRES";

    /// <summary>Every kind there is.</summary>
    internal static readonly LabNics[] All =
    [
        new("e1000e", "0000:00:10.0", "0000:00:11.0", "0000:00:0a.0", "0000:00:14.0", "flooded0"),
        new("e1000", "0000:00:12.0", "0000:00:13.0", "0000:00:0b.0", "0000:00:15.0", "flooded1"),
        new("virtio-pci", "0000:00:16.0", "0000:00:17.0", "0000:00:0c.0", "0000:00:18.0", "flooded2"),
        new("virtio-pci-packed", "0000:00:19.0", "0000:00:1a.0", "0000:00:0d.0", "0000:00:1b.0", "flooded3"),
    ];

    /// <summary>Whether this process runs in that guest, by the kernel's command line.</summary>
    internal static bool IsHere => File.ReadAllText("/proc/cmdline").Split([' ', '\n']).Contains($"pollio.lab={Scenario}");
}
