using System.Net.Sockets;
using PollIO.SideBySide.CommandLine;

namespace PollIO.SideBySide.Workers;

/// <summary>
/// Sends 60-byte frames to datagram sockets, each the wire of a NIC of QEMU's (<c>-netdev dgram</c>), until its input ends. A NIC
/// that takes nothing leaves its frames in the socket, which holds few; sending then waits, so nothing is lost and an idle NIC costs nothing.
/// </summary>
internal static class WireWorker
{
    private const int FrameSize = 60;

    private static readonly TimeSpan s_retryInterval = TimeSpan.FromMilliseconds(100);

    internal static void Run(Arguments arguments)
    {
        IReadOnlyList<string> paths = arguments.TakeAll("--to");
        arguments.End();
        if (paths.Count == 0)
        {
            throw new UsageException("worker wire wants --to PATH, once or more often");
        }

        foreach (string path in paths)
        {
            new Thread(() => Flood(path)) { IsBackground = true }.Start();
        }

        Console.In.ReadToEnd();
    }

    private static void Flood(string path)
    {
        byte[] frame = FloodWorker.BuildFrame(FrameSize);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        var wire = new UnixDomainSocketEndPoint(path);
        while (true)
        {
            try
            {
                socket.SendTo(frame, wire);
            }
            catch (SocketException)
            {
                // QEMU has not made its end yet, or has gone: the runner ends this process then.
                Thread.Sleep(s_retryInterval);
            }
        }
    }
}
