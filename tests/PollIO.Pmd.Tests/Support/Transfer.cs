using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PollIO.Pmd.Tests.Support;

/// <summary>Bytes sent from one namespace to another by TCP.</summary>
internal static class Transfer
{
    private const int Port = 5001;
    private const int ChunkSize = 256 << 10;

    /// <summary>Sends <paramref name="length"/> bytes and compares what came, by SHA-256.</summary>
    internal static async Task RunAsync(NetworkNamespace from, NetworkNamespace to, string toAddress, long length)
    {
        IPAddress address = IPAddress.Parse(toAddress);
        using Socket listener = to.Inside(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        listener.Bind(new IPEndPoint(address, Port));
        listener.Listen();
        using Socket client = from.Inside(() => new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp));
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        Task<(long, string)> receiving = ReceiveAsync(listener, patience.Token);
        await client.ConnectAsync(new IPEndPoint(address, Port), patience.Token);
        string sent = await SendAsync(client, length, patience.Token);

        Assert.Equal((length, sent), await receiving);
    }

    private static async Task<string> SendAsync(Socket socket, long length, CancellationToken patience)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var random = new Random(1);
        var chunk = new byte[ChunkSize];
        random.NextBytes(chunk);
        for (long left = length; left > 0;)
        {
            // Every chunk differs, so that none can stand for another.
            random.NextBytes(chunk.AsSpan(0, 64));
            Memory<byte> part = chunk.AsMemory(0, (int)Math.Min(left, ChunkSize));
            hash.AppendData(part.Span);
            for (Memory<byte> rest = part; !rest.IsEmpty;)
            {
                rest = rest[await socket.SendAsync(rest, patience)..];
            }

            left -= part.Length;
        }

        socket.Shutdown(SocketShutdown.Send);
        return Convert.ToHexString(hash.GetHashAndReset());
    }

    private static async Task<(long Length, string Hash)> ReceiveAsync(Socket listener, CancellationToken patience)
    {
        using Socket socket = await listener.AcceptAsync(patience);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var chunk = new byte[ChunkSize];
        for (long length = 0; ;)
        {
            int received = await socket.ReceiveAsync(chunk, patience);
            if (received == 0)
            {
                return (length, Convert.ToHexString(hash.GetHashAndReset()));
            }

            hash.AppendData(chunk.AsSpan(0, received));
            length += received;
        }
    }
}
