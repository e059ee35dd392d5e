namespace PollIO.Pipelines;

/// <summary>What the polling core does with arriving packets while the reader holds its whole quota.</summary>
public enum PipeFullPolicy
{
    /// <summary>Leaves them in the queue; when that is full the device drops, and counts, them.</summary>
    Stall,

    /// <summary>Takes them, frees them and counts them (<see cref="PacketPipeStatistics.Dropped"/>): the newest are lost, and none is old when it is read.</summary>
    Drop,
}
