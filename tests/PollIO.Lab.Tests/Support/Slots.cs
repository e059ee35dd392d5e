namespace PollIO.Lab.Tests.Support;

/// <summary>Where the scenarios in tests/lab/scenarios put NICs.</summary>
internal static class Slots
{
    /// <summary>The NICs under test; the wire of each is shared with the peer of the same number and captured.</summary>
    internal const string Dut0 = "0000:00:10.0";
    internal const string Dut1 = "0000:00:11.0";

    /// <summary>Two NICs of the kind under test, joined to each other.</summary>
    internal const string Pair0 = "0000:00:12.0";
    internal const string Pair1 = "0000:00:13.0";

    /// <summary>virtio-net, driven by the guest's kernel.</summary>
    internal const string Peer0 = "0000:00:18.0";
    internal const string Peer1 = "0000:00:19.0";

    /// <summary>virtio-net with two queue pairs on tap interfaces, split and packed, and the peer on the wire of each.</summary>
    internal const string Tapped0 = "0000:00:14.0";
    internal const string Tapped1 = "0000:00:16.0";
    internal const string TapPeer0 = "0000:00:1a.0";
    internal const string TapPeer1 = "0000:00:1b.0";

    /// <summary>Behind the root ports of the scenario "hotplug": an 82574 and a virtio NIC.</summary>
    internal const string Pluggable0 = "0000:01:00.0";
    internal const string Pluggable1 = "0000:02:00.0";

    /// <summary>Behind the conventional bridge of the scenario "bridge".</summary>
    internal const string Bridged0 = "0000:01:01.0";
    internal const string Bridged1 = "0000:01:02.0";
}
