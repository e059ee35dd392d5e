using PollIO.Apps.Common;
using PollIO.Pmd.Diagnostics;

namespace PollIO.Apps.Tests.Pollio;

public sealed class DriversWarningsAreTold
{
    [Fact]
    public void AsALineThatNamesTheDevice()
    {
        var lines = new List<string>();
        using (new WarningListener(lines.Add))
        {
            PmdEventSource.Log.DeviceUnrestrained("vfio:0000:03:00.0", "no IOMMU");
        }

        PmdEventSource.Log.DeviceUnrestrained("vfio:0000:04:00.0", "nobody listens");

        Assert.Equal(["vfio:0000:03:00.0: no IOMMU"], lines);
    }
}
