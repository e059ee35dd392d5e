using System.Diagnostics.Tracing;
using PollIO.Pmd.Diagnostics;
using PollIO.Pmd.Hugepages;
using PollIO.Pmd.Vfio;

namespace PollIO.Pmd.Tests.Vfio;

[Trait("tier", "unit")]
public sealed class NoIommuModeIsWarnedOf : IDisposable
{
    private const int Group = 7;

    private readonly FakePciTree _tree = new();
    private readonly Listener _listener = new();

    public NoIommuModeIsWarnedOf()
    {
        Assert.SkipUnless(NativeShim.IsAvailable, NativeShim.Problem ?? "");
        _tree.Add(FakePciTree.Nic, "vfio-pci", Group);
        _tree.Write("dev/vfio/vfio", "");
    }

    public void Dispose()
    {
        _listener.Dispose();
        _tree.Dispose();
    }

    [Fact]
    public void BeforeTheDeviceIsTouched()
    {
        _tree.Write($"dev/vfio/noiommu-{Group}", "");

        // The node is a file, so the kernel refuses what comes after.
        Assert.Throws<PollIOException>(Open);

        string warning = Assert.Single(_listener.Warnings);
        Assert.StartsWith($"vfio:{FakePciTree.Nic}|", warning, StringComparison.Ordinal);
        Assert.Contains("without an IOMMU", warning, StringComparison.Ordinal);
        Assert.Contains("intel_iommu=on", warning, StringComparison.Ordinal);
    }

    [Fact]
    public void AndNothingElseIs()
    {
        _tree.Write($"dev/vfio/{Group}", "");

        Assert.Throws<PollIOException>(Open);

        Assert.Empty(_listener.Warnings);
    }

    private void Open() => VfioPciDevice.Open(_tree.Sysfs, FakePciTree.Nic).Dispose();

    /// <summary>Collects what this test's own thread causes: other tests run beside it.</summary>
    private sealed class Listener : EventListener
    {
        private readonly int _thread = Environment.CurrentManagedThreadId;

        internal List<string> Warnings { get; } = [];

        protected override void OnEventSourceCreated(EventSource eventSource)
        {
            if (eventSource.Name == PmdEventSource.SourceName)
            {
                EnableEvents(eventSource, EventLevel.Warning);
            }
        }

        protected override void OnEventWritten(EventWrittenEventArgs eventData)
        {
            if (Environment.CurrentManagedThreadId == _thread)
            {
                Warnings.Add(string.Join('|', eventData.Payload!));
            }
        }
    }
}
