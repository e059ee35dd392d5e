using System.Runtime.CompilerServices;

namespace PollIO.Tests;

/// <summary>Keeps ownership tracking off in this assembly, whatever the environment says: tracking allocates.</summary>
internal static class TrackingOff
{
    [ModuleInitializer]
    internal static void TurnOff()
    {
        Environment.SetEnvironmentVariable("POLLIO_TRACK", null);
        AppContext.SetSwitch("PollIO.Track", false);
    }
}
