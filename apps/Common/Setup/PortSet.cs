using System.Diagnostics;
using PollIO.Capture;
using PollIO.Pmd;

namespace PollIO.Apps.Common.Setup;

/// <summary>Ports that live and die together.</summary>
internal sealed class PortSet : IDisposable
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_linkTime = TimeSpan.FromSeconds(30);

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

    /// <summary>
    /// Waits half a minute until every port's link is up: until a peer has connected, for ports on sockets. What is sent before is lost.
    /// </summary>
    /// <param name="stop">Ends the wait.</param>
    /// <exception cref="PollIOException">A link stayed down.</exception>
    internal void WaitForLinks(StopSignal stop)
    {
        var clock = Stopwatch.StartNew();
        while (_ports.Find(port => !port.Link.IsUp) is { } down && !stop.Wait(s_look))
        {
            if (clock.Elapsed > s_linkTime)
            {
                throw new PollIOException(
                    "wait for the link", down.Name, $"it stayed down for {s_linkTime.TotalSeconds} s", remedy: "start the peer or plug in the cable first");
            }
        }
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
