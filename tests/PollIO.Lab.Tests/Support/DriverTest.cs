using PollIO.Peer.Tests.Support;
using PollIO.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>
/// What tests of l2fwd on VFIO have in common: hugepages, NICs bound to vfio-pci, and at the end a kernel that has nothing to say:
/// no DMA was stopped by the IOMMU, nothing hung or crashed.
/// </summary>
public abstract class DriverTest : IAsyncLifetime
{
    /// <summary>An address that nobody has, for the echo mode, which answers for any.</summary>
    internal const string AnyAddress4 = "10.77.0.77";
    internal const string AnyAddress6 = "fd77::77";

    private const int Pages = 128;

    private readonly TemporaryFolder _folder = new();
    private KernelLog? _log;
    private Hugepages? _hugepages;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        Guest.Require();
        _log = new KernelLog();
        _hugepages = await Hugepages.ReserveAsync(Pages);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _folder.Dispose();
        if (_hugepages is not null)
        {
            // What a process had is given back a moment after its end.
            await Guest.WaitForAsync(() => Hugepages.Free == Pages, "the return of all hugepages");
            _hugepages.Dispose();
        }

        Assert.Empty(_log?.DmaFaults ?? []);
        Assert.Empty(_log?.Complaints ?? []);
    }

    /// <summary>Binds NICs and starts l2fwd on them.</summary>
    private protected async Task<L2fwdProcess> ForwardAsync(string mode, string[] slots, params string[] options) =>
        await L2fwdProcess.StartAsync(_folder, await ArgumentsAsync(mode, slots, options));

    /// <summary>The same as another user.</summary>
    private protected async Task<L2fwdProcess> ForwardUnderAsync(string[] command, string mode, string[] slots, params string[] options) =>
        await L2fwdProcess.StartUnderAsync(command, _folder, await ArgumentsAsync(mode, slots, options));

    /// <summary>A folder for the test's files.</summary>
    private protected string PathOf(string name) => _folder.PathOf(name);

    private static async Task<string[]> ArgumentsAsync(string mode, string[] slots, string[] options)
    {
        var ports = new List<string>();
        foreach (string slot in slots)
        {
            // What stands behind a question mark are keys of the port.
            await new PciDevice(slot.Split('?')[0]).BindToVfioAsync();
            ports.AddRange(["--port", $"vfio:{slot}"]);
        }

        return [.. ports, "--mode", mode, "--interval", "0", .. options];
    }
}
