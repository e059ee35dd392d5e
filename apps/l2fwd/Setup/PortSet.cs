using PollIO.Apps.L2fwd.CommandLine;
using PollIO.Capture;
using PollIO.Pmd;

namespace PollIO.Apps.L2fwd.Setup;

/// <summary>Ports that live and die together.</summary>
internal sealed class PortSet : IDisposable
{
    private readonly List<Port> _ports = [];

    private PortSet()
    {
    }

    internal IReadOnlyList<Port> Ports => _ports;

    /// <summary>Opens a port for each spec; when one is refused, those opened before it are closed.</summary>
    /// <exception cref="PollIOException">A port cannot be opened.</exception>
    internal static PortSet Open(IEnumerable<string> specs)
    {
        var set = new PortSet();
        try
        {
            foreach (string spec in specs)
            {
                set._ports.Add(PortFactory.Open(spec));
            }
        }
        catch
        {
            set.Dispose();
            throw;
        }

        return set;
    }

    /// <summary>Makes the queues the mode needs and starts every port.</summary>
    /// <exception cref="PollIOException">A port cannot do what is asked.</exception>
    internal void Start(Options options, PacketPool pool)
    {
        foreach (Port port in _ports)
        {
            port.Configure(ConfigFor(port.Capabilities, options, pool));
        }

        _ports.ForEach(port => port.Start());
    }

    /// <summary>Captures every port from now on.</summary>
    /// <exception cref="PollIOException">The capture cannot be written.</exception>
    internal void AttachTo(PacketCapture capture) => _ports.ForEach(capture.Attach);

    /// <summary>Stops every port; packets in flight are freed and counted, and the counters are final.</summary>
    internal void Stop() => _ports.Where(port => port.State == PortState.Started).ToList().ForEach(port => port.Stop());

    public void Dispose()
    {
        _ports.ForEach(port => port.Dispose());
        _ports.Clear();
    }

    /// <summary>What the mode asks of a port: no queue is opened that nobody would poll.</summary>
    internal static PortConfig ConfigFor(PortCapabilities capabilities, Options options, PacketPool pool) => new()
    {
        Pool = pool,
        RxQueues = options.Mode == ForwardingMode.TxOnly || capabilities.MaxRxQueues == 0 ? 0 : options.Queues,
        TxQueues = options.Mode == ForwardingMode.RxOnly ? 0 : options.Queues,
        MaxBurst = options.Burst,
        Promiscuous = options.Promiscuous,

        // A frame longer than a data room is forwarded whole, and a capture gets the time of arrival where a port knows it.
        RxOffloads = capabilities.RxOffloads & (RxOffloads.Scatter | RxOffloads.Timestamp),
    };
}
