namespace PollIO.Apps.Pktgen.Sending;

/// <summary>Where a lane's frames come from; implemented by structs, so that lanes call it directly.</summary>
internal interface IFrameSource
{
    /// <summary>Bytes of the longest frame.</summary>
    int MaxSize { get; }

    /// <summary>Whether there is another frame.</summary>
    bool HasNext { get; }

    /// <summary>Nanoseconds from the frame written last to the next; 0 when they are not recorded.</summary>
    long Gap { get; }

    /// <summary>Fills a packet of <see cref="MaxSize"/> bytes with the next frame and cuts it to size.</summary>
    /// <param name="packet">The packet.</param>
    /// <param name="time">For the stamp.</param>
    /// <returns>The frame's bytes.</returns>
    int Write(Packet packet, long time);
}
