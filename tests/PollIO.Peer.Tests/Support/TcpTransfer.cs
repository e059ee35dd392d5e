using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PollIO.Peer.Tests.Support;

/// <summary>Sends bytes over TCP from one namespace to another and compares what arrived.</summary>
internal static class TcpTransfer
{
    internal const int Port = 5201;
    private const int Chunk = 1 << 20;

    /// <returns>Whether the receiver got exactly the bytes sent.</returns>
    internal static async Task<bool> IsIntactAsync(string fromNamespace, string toNamespace, string toAddress, long bytes)
    {
        var end = new IPEndPoint(IPAddress.Parse(toAddress), Port);
        using Socket listener = await NamespaceThread.RunAsync(toNamespace, () => Listen(end));
        using Socket sender = await NamespaceThread.RunAsync(fromNamespace, () => Make(end.AddressFamily));
        Task<string> received = Task.Factory.StartNew(() => Receive(listener), TaskCreationOptions.LongRunning);
        string sent = await Task.Factory.StartNew(() => Send(sender, end, bytes), TaskCreationOptions.LongRunning);
        return sent == await received;
    }

    /// <summary>Sends bytes to a listener, from a namespace.</summary>
    /// <returns>Their SHA-256, as sha256sum prints it.</returns>
    internal static async Task<string> SendAsync(string fromNamespace, string toAddress, long bytes)
    {
        var end = new IPEndPoint(IPAddress.Parse(toAddress), Port);
        using Socket sender = await NamespaceThread.RunAsync(fromNamespace, () => Make(end.AddressFamily));
        return await Task.Factory.StartNew(() => Send(sender, end, bytes), TaskCreationOptions.LongRunning);
    }

    /// <summary>Listens in a namespace and takes what one sender sends.</summary>
    /// <param name="inNamespace">Where.</param>
    /// <param name="address">An address there.</param>
    /// <param name="send">Has somebody send, once there is somebody to hear.</param>
    /// <returns>The SHA-256 of what came, as sha256sum prints it.</returns>
    internal static async Task<string> ReceiveAsync(string inNamespace, string address, Func<Task> send)
    {
        var end = new IPEndPoint(IPAddress.Parse(address), Port);
        using Socket listener = await NamespaceThread.RunAsync(inNamespace, () => Listen(end));
        Task<string> received = Task.Factory.StartNew(() => Receive(listener), TaskCreationOptions.LongRunning);
        await send();
        return await received;
    }

    private static Socket Make(AddressFamily family) => new(family, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 120_000 };

    private static Socket Listen(IPEndPoint end)
    {
        Socket listener = Make(end.AddressFamily);
        listener.Bind(end);
        listener.Listen();
        return listener;
    }

    private static string Send(Socket socket, IPEndPoint end, long bytes)
    {
        socket.Connect(end);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(2026);
        byte[] chunk = new byte[Chunk];
        for (long left = bytes; left > 0; left -= Chunk)
        {
            random.NextBytes(chunk);
            ReadOnlySpan<byte> part = chunk.AsSpan(0, (int)Math.Min(left, Chunk));
            hash.AppendData(part);
            while (!part.IsEmpty)
            {
                part = part[socket.Send(part)..];
            }
        }

        socket.Shutdown(SocketShutdown.Send);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static string Receive(Socket listener)
    {
        Assert.True(listener.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead), "nobody connected");
        using Socket socket = listener.Accept();
        socket.ReceiveTimeout = 30_000;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[Chunk];
        for (int count = socket.Receive(chunk); count != 0; count = socket.Receive(chunk))
        {
            hash.AppendData(chunk, 0, count);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
