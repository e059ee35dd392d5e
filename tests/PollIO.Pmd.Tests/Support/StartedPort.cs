namespace PollIO.Pmd.Tests.Support;

/// <summary>Opens, configures and starts in one step.</summary>
internal static class StartedPort
{
    internal static Port Open(string spec, PacketPool pool, int queues = 1, int burst = 32)
    {
        Port port = PortFactory.Open(spec);
        try
        {
            port.Configure(new PortConfig { Pool = pool, RxQueues = queues, TxQueues = queues, MaxBurst = burst });
            port.Start();
            return port;
        }
        catch
        {
            port.Dispose();
            throw;
        }
    }
}
