using PollIO.Pmd.Tests.Support;

namespace PollIO.Pmd.Tests.VhostUser;

/// <summary>A <c>vhost:</c> and a <c>virtio-user:</c> port of this process, joined over a socket in a folder of their own.</summary>
internal sealed class VirtioWire : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pollio-test-").FullName;

    /// <param name="keys">Keys for both specs, such as "packed=on", or "".</param>
    /// <param name="offloads">Receive offloads of both.</param>
    /// <param name="queues">Queue pairs of both.</param>
    /// <param name="driverIsServer">Which of them listens.</param>
    /// <param name="dataRoom">Of both pools.</param>
    internal VirtioWire(
        string keys = "", RxOffloads offloads = RxOffloads.None, int queues = 1, bool driverIsServer = false, int dataRoom = 2048)
    {
        Path = System.IO.Path.Combine(_folder, "wire");
        string common = $"queues={queues}{(keys.Length == 0 ? "" : "&")}{keys}&server=";
        try
        {
            Device = new TestPort($"vhost:{Path}?{common}{(driverIsServer ? "off" : "on")}", offloads, dataRoom, queues: queues);
            Driver = new TestPort($"virtio-user:{Path}?{common}{(driverIsServer ? "on" : "off")}", offloads, dataRoom, queues: queues);
            WaitUntilUp();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    internal string Path { get; }

    internal TestPort Device { get; } = null!;

    internal TestPort Driver { get; } = null!;

    internal void WaitUntilUp()
    {
        bool up = SpinWait.SpinUntil(() => Device.Port.Link.IsUp && Driver.Port.Link.IsUp, TimeSpan.FromSeconds(20));
        Assert.True(up, $"links: device {Device.Port.Link.IsUp}, driver {Driver.Port.Link.IsUp}; {Device.Describe()}; {Driver.Describe()}");
    }

    public void Dispose()
    {
        Driver?.Dispose();
        Device?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
