using PollIO.Diagnostics;

namespace PollIO;

public abstract partial class Port
{
    private static readonly Lock s_registryLock = new();
    private static volatile Port?[] s_ports = [];

    /// <summary>A snapshot of the ports that are open in this process.</summary>
    public static IReadOnlyList<Port> OpenPorts => [.. s_ports.OfType<Port>()];

    private static ushort Register(Port port)
    {
        lock (s_registryLock)
        {
            Port?[] ports = [.. s_ports];
            int id = Array.IndexOf(ports, null);
            if (id < 0)
            {
                id = ports.Length;
                if (id >= Packet.NoPort)
                {
                    throw new PollIOException("open port", port.Name, $"a process holds at most {Packet.NoPort} ports");
                }

                Array.Resize(ref ports, id + 1);
            }

            ports[id] = port;
            s_ports = ports;
            EngineMeter.EnsureCreated();
            PollIOEventSource.EnsureCreated();
            return (ushort)id;
        }
    }

    private static void Unregister(Port port)
    {
        lock (s_registryLock)
        {
            Port?[] ports = [.. s_ports];
            ports[port.Id] = null;
            s_ports = ports;
        }
    }
}
