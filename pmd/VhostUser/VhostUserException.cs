namespace PollIO.Pmd.VhostUser;

/// <summary>The peer left, broke the protocol, or the two cannot agree; the connection ends. Never leaves the control thread.</summary>
internal sealed class VhostUserException(string message, bool hasLeft = false) : Exception(message)
{
    /// <summary>Whether the peer just went, which is no error.</summary>
    internal bool HasLeft { get; } = hasLeft;
}
