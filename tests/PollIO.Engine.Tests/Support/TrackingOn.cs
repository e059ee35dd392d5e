using System.Runtime.CompilerServices;

namespace PollIO.Tests;

/// <summary>Turns ownership tracking on for this assembly, unless POLLIO_TRACK in the environment says what is wanted.</summary>
internal static class TrackingOn
{
    [ModuleInitializer]
    internal static void TurnOn()
    {
        if (string.IsNullOrEmpty(Environment.GetEnvironmentVariable("POLLIO_TRACK")))
        {
            AppContext.SetSwitch("PollIO.Track", true);
        }
    }
}
