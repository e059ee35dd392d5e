namespace PollIO.Pipelines;

/// <summary>What a pipe's polling core has moved. Once the core has stopped, received = delivered + dropped, exactly.</summary>
/// <param name="Received">Packets taken from the RX queues.</param>
/// <param name="Delivered">Packets handed to the reader.</param>
/// <param name="Dropped">Packets freed because the reader held its quota or was completed.</param>
/// <param name="Stalls">Polls that left packets in the queue, or did not look, because the reader held its quota.</param>
/// <param name="Written">Packets the TX queue took from the writer.</param>
/// <param name="Discarded">Packets of the writer that were freed unsent, because the pipe or its TX queue came to an end.</param>
public readonly record struct PacketPipeStatistics(long Received, long Delivered, long Dropped, long Stalls, long Written, long Discarded);
