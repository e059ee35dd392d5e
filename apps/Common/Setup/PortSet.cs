using PollIO.Capture;
using PollIO.Pmd;

namespace PollIO.Apps.Common.Setup;

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

    /// <summary>Makes every port's queues and starts it.</summary>
    /// <param name="config">What is asked of a port.</param>
    /// <exception cref="PollIOException">A port cannot do what is asked.</exception>
    internal void Start(Func<Port, PortConfig> config)
    {
        foreach (Port port in _ports)
        {
            port.Configure(config(port));
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
}
