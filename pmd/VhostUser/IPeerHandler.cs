namespace PollIO.Pmd.VhostUser;

/// <summary>What a port does with its connection. All calls come on the control thread, with the port's lock held.</summary>
internal interface IPeerHandler
{
    /// <summary>A peer is there.</summary>
    void OnConnected(VhostUserChannel channel);

    /// <summary>A message came.</summary>
    /// <exception cref="VhostUserException">It is not to be answered but by the end of the connection.</exception>
    void OnMessage(VhostUserMessage message);

    /// <summary>Time has passed.</summary>
    /// <exception cref="VhostUserException">Too much: the connection ends.</exception>
    void OnTick();

    /// <summary>The peer is gone, or was sent away. The channel is closed when this returns.</summary>
    void OnDisconnected(string reason);
}
