using PollIO.Pipelines;

namespace PollIO.Hosting;

/// <summary>The pipe of a configured port; see <see cref="PacketPipeOptions"/>.</summary>
public sealed class PipeSettings
{
    /// <summary>Received packets the pipe may have at once.</summary>
    public int Quota { get; set; } = 1024;

    /// <summary>What happens at the quota.</summary>
    public PipeFullPolicy WhenFull { get; set; } = PipeFullPolicy.Stall;

    /// <summary>Packets one read holds at most; 0 for a quarter of the quota.</summary>
    public int MaxHeldPackets { get; set; }

    /// <summary>Empty packets kept ready for the writer.</summary>
    public int Reserve { get; set; } = 256;

    internal PacketPipeOptions ToOptions() => new()
    {
        Quota = Quota,
        WhenFull = WhenFull,
        MaxHeldPackets = MaxHeldPackets,
        Reserve = Reserve,
    };
}
