using System.Diagnostics;
using PollIO.Pmd.Pci;

namespace PollIO.Pmd.Tests.Support.Qemu;

/// <summary>A model with its port and a pool, driven by the test's own thread.</summary>
internal sealed class QemuPort : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly Packet[] _burst = new Packet[64];

    internal QemuPort(string model, PortConfig? config = null, int dataRoom = 2048, int packets = 4096, string keys = "")
        : this(new QemuNic(model), config, dataRoom, packets, keys)
    {
    }

    /// <summary>Takes over the model.</summary>
    internal QemuPort(QemuNic nic, PortConfig? config = null, int dataRoom = 2048, int packets = 4096, string keys = "")
    {
        Nic = nic;
        try
        {
            Pool = new PacketPool(new PacketPoolOptions { Count = packets, DataRoom = dataRoom, Memory = Nic.Memory });
            Device = Nic.Open();
            Port = Open(Device, keys);
            Port.Configure((config ?? new PortConfig { Pool = Pool, Promiscuous = true }) with { Pool = Pool });
            Port.Start();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Settings for which the pool is yet to come.</summary>
    internal static PortConfig Settings => new() { Pool = null!, Promiscuous = true };

    internal QemuNic Nic { get; }

    internal PacketPool Pool { get; } = null!;

    internal RemotePciDevice Device { get; } = null!;

    internal Port Port { get; } = null!;

    internal RxQueue Rx => Port.RxQueues[0];

    internal TxQueue Tx => Port.TxQueues[0];

    internal static Port Open(PciDevice device, string keys = "") =>
        PciDrivers.Find(device.Id)!.Open(PortSpec.Parse($"vfio:{device.Name}{keys}"), device);

    /// <summary>Makes a packet of <paramref name="data"/>, in segments of at most <paramref name="segment"/> bytes.</summary>
    internal Packet Make(ReadOnlySpan<byte> data, int segment = int.MaxValue, PacketPool? pool = null) =>
        PacketMaker.Make(pool ?? Pool, data, segment);

    /// <summary>Sends one packet; it must be taken (<see cref="TestPort.SendThrough"/>).</summary>
    internal void Send(Packet packet) => TestPort.SendThrough(Tx, packet);

    /// <summary>Takes packets until there are <paramref name="count"/>; the caller frees them.</summary>
    internal List<Packet> Receive(int count)
    {
        var received = new List<Packet>();
        WaitUntil(() =>
        {
            int taken = Rx.Receive(_burst.AsSpan(0, Math.Min(_burst.Length, count - received.Count)));
            received.AddRange(_burst[..taken]);
            return received.Count == count;
        });
        return received;
    }

    /// <summary>Takes one packet, frees it and returns its bytes.</summary>
    internal byte[] ReceiveBytes() => PacketMaker.TakeBytes(Receive(1)[0]);

    /// <summary>Waits for what has to happen.</summary>
    internal static void WaitUntil(Func<bool> done)
    {
        long start = Stopwatch.GetTimestamp();
        while (!done())
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < s_patience, "what was waited for did not happen");
            Thread.Yield();
        }
    }

    /// <summary>Waits until <paramref name="port"/> has given up its device and lets lcores in again.</summary>
    internal static void WaitUntilLost(Port port)
    {
        WaitUntil(() => port.RxQueues[0].Completion != null && port.TxQueues[0].Fault != null);

        // Those are set with the gates closed; a control call waits for its turn, and is told of the loss.
        Assert.Throws<PollIOException>(() => port.SetPromiscuous(true));
    }

    public void Dispose()
    {
        if (Port != null)
        {
            Port.Dispose();
        }
        else
        {
            Device?.Dispose();
        }

        Pool?.Dispose();
        Nic.Dispose();
    }
}
