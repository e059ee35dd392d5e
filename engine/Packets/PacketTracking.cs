namespace PollIO;

/// <summary>
/// The ownership-tracking switch: <c>POLLIO_TRACK=1</c> in the environment, or the AppContext switch <c>PollIO.Track</c>,
/// before the first pool. On, every packet's owner is known, and double frees, use after free and leaks are reported with
/// the place where the packet was taken. Off, tier-1 code folds every check away.
/// </summary>
public static unsafe class PacketTracking
{
    /// <summary>Whether tracking is on; fixed for the life of the process.</summary>
    public static readonly bool Enabled = ReadSwitch();

    /// <summary>Raised when a pool is disposed with packets outstanding; the text names them as far as tracking knows.</summary>
    public static event Action<PacketPool, string>? LeakFound;

    internal static void CheckUse(PacketMetadata* metadata)
    {
        if (metadata != null)
        {
            PacketPool.FromId(metadata->PoolId).Tracker!.CheckUse(metadata);
        }
    }

    internal static void CheckFree(PacketMetadata* metadata) =>
        PacketPool.FromId(metadata->PoolId).Tracker!.CheckFree(metadata);

    internal static void ReceivedFromPort(ReadOnlySpan<Packet> packets)
    {
        foreach (Packet packet in packets)
        {
            packet.Pool.Tracker!.HandedToApplication(packet.Pointer);
        }
    }

    internal static void HandedToPort(ReadOnlySpan<Packet> packets, Port port)
    {
        foreach (Packet packet in packets)
        {
            packet.Pool.Tracker!.HandedToPort(packet.Pointer, port.Name);
        }
    }

    /// <summary>The port took none of these; they are the application's again.</summary>
    internal static void HandedBack(ReadOnlySpan<Packet> packets) => ReceivedFromPort(packets);

    internal static void ReportLeak(PacketPool pool, int outstanding)
    {
        string report = $"{pool} was disposed with {outstanding} packets outstanding; its memory is kept";
        if (pool.Tracker != null)
        {
            report += pool.Tracker.DescribeOutstanding();
        }

        LeakFound?.Invoke(pool, report);
    }

    private static bool ReadSwitch() =>
        Environment.GetEnvironmentVariable("POLLIO_TRACK") is { Length: > 0 } value
            ? value is not ("0" or "false")
            : AppContext.TryGetSwitch("PollIO.Track", out bool enabled) && enabled;
}
