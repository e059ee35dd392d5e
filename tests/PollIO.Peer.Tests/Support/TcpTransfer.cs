using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PollIO.Peer.Tests.Support;

/// <summary>Sends bytes over TCP from one namespace to another and compares what arrived.</summary>
internal static class TcpTransfer
{
    private const int Port = 5201;
    private const int Chunk = 1 << 20;

    /// <returns>Whether the receiver got exactly the bytes sent.</returns>
    internal static async Task<bool> IsIntactAsync(string fromNamespace, string toNamespace, string toAddress, long bytes)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task<string> received = NamespaceThread.RunAsync(toNamespace, () => Receive(IPAddress.Parse(toAddress), listening));
        await await Task.WhenAny(listening.Task, received);
        string sent = await NamespaceThread.RunAsync(fromNamespace, () => Send(IPAddress.Parse(toAddress), bytes));
        return sent == await received;
    }

    private static string Send(IPAddress address, long bytes)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { SendTimeout = 30_000 };
        socket.Connect(address, Port);
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
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static string Receive(IPAddress address, TaskCompletionSource listening)
    {
        using var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(address, Port));
        listener.Listen();
        listening.SetResult();
        Assert.True(listener.Poll(TimeSpan.FromSeconds(30), SelectMode.SelectRead), "nobody connected");
        using Socket socket = listener.Accept();
        socket.ReceiveTimeout = 30_000;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] chunk = new byte[Chunk];
        for (int count = socket.Receive(chunk); count != 0; count = socket.Receive(chunk))
        {
            hash.AppendData(chunk, 0, count);
        }

        return Convert.ToHexString(hash.GetHashAndReset());
    }
}
