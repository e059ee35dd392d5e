using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using PollIO.Peer.Tests.Support;

namespace PollIO.Peer.Tests;

/// <summary>A kernel finds, pings and uses the echo application over <c>af_packet:</c> on veth.</summary>
[Collection(PeerCollection.Name)]
[Trait("tier", "peer")]
public sealed class KernelsTalkToEcho
{
    private const string Address4 = "10.213.0.77";
    private const string Address6 = "fd21:3::77";
    private const int EchoPort = 7;

    [Theory]
    [InlineData(Address4)]
    [InlineData(Address6)]
    public async Task EveryPingIsAnswered(string address)
    {
        const int Pings = 300;
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using EchoProcess echo = await EchoProcess.StartAsync("--port", $"af_packet:{kernels.NearA}");

        PingResult pings = await kernels.PingAsync(address, Pings);

        Assert.True((pings.Sent, pings.Received) == (Pings, Pings), pings.Text);
        JsonElement summary = await echo.StopAsync();
        Assert.True(summary.GetProperty("answered").GetInt64() >= Pings);
    }

    [Theory]
    [InlineData(Address4)]
    [InlineData(Address6)]
    public async Task EveryDatagramComesBack(string address)
    {
        const int Datagrams = 500;
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using EchoProcess echo = await EchoProcess.StartAsync("--port", $"af_packet:{kernels.NearA}");

        int equal = await NamespaceThread.RunAsync(kernels.NamespaceA, () => Exchange(IPAddress.Parse(address), EchoPort, Datagrams));

        Assert.Equal(Datagrams, equal);
        await echo.StopAsync();
    }

    [Fact]
    public async Task OtherPortsGetNoAnswer()
    {
        await using KernelPair kernels = await KernelPair.CreateAsync();
        await using EchoProcess echo = await EchoProcess.StartAsync("--port", $"af_packet:{kernels.NearA}", "--udp-port", "4007");

        Assert.Equal(10, await NamespaceThread.RunAsync(kernels.NamespaceA, () => Exchange(IPAddress.Parse(Address4), 4007, 10)));
        Assert.Equal(0, await NamespaceThread.RunAsync(kernels.NamespaceA, () => Exchange(IPAddress.Parse(Address4), EchoPort, 1, attempts: 1)));
        await echo.StopAsync();
    }

    /// <summary>Sends datagrams of all sizes, each once its predecessor is back, and again when a second went by: UDP may lose some.</summary>
    /// <returns>How many came back unchanged.</returns>
    private static int Exchange(IPAddress address, int port, int datagrams, int attempts = 20)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { ReceiveTimeout = 1000 };
        socket.Connect(address, port);
        var random = new Random(5);
        int equal = 0;
        for (int i = 0; i < datagrams; i++)
        {
            byte[] question = new byte[4 + (i * 13 % 1400)];
            random.NextBytes(question);
            equal += IsAnswered(socket, question, attempts) ? 1 : 0;
        }

        return equal;
    }

    private static bool IsAnswered(Socket socket, byte[] question, int attempts)
    {
        byte[] answer = new byte[2048];
        for (; attempts > 0; attempts--)
        {
            socket.Send(question);
            try
            {
                // Answers to what was sent twice may be on their way still.
                while (!answer.AsSpan(0, socket.Receive(answer)).SequenceEqual(question))
                {
                }

                return true;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
            {
            }
        }

        return false;
    }
}
