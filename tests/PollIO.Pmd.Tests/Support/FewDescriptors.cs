using System.Globalization;
using System.Runtime.InteropServices;
using PollIO.Pmd.Interop;

namespace PollIO.Pmd.Tests.Support;

/// <summary>While it is there, the process can open so many descriptors and no more. For tests that run while no other does.</summary>
internal sealed partial class FewDescriptors : IDisposable
{
    private const int RLIMIT_NOFILE = 7;

    private readonly List<EventDescriptor> _held = [];
    private readonly Limit _former;

    internal FewDescriptors(int left)
    {
        Assert.Equal(0, GetLimit(RLIMIT_NOFILE, out _former));
        ulong highest = Directory.GetFiles("/proc/self/fd").Max(path => ulong.Parse(Path.GetFileName(path), CultureInfo.InvariantCulture));
        Assert.Equal(0, SetLimit(RLIMIT_NOFILE, _former with { Soft = highest + 1 + (ulong)left }));
        Fill();
        foreach (EventDescriptor descriptor in _held[^left..])
        {
            descriptor.Dispose();
        }
    }

    public void Dispose()
    {
        Assert.Equal(0, SetLimit(RLIMIT_NOFILE, _former));
        _held.ForEach(descriptor => descriptor.Dispose());
    }

    private void Fill()
    {
        try
        {
            while (true)
            {
                _held.Add(new EventDescriptor("test"));
            }
        }
        catch (PollIOException)
        {
            // None is left.
        }
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limit limit);

    /// <summary>struct rlimit.</summary>
    private readonly record struct Limit(ulong Soft, ulong Hard);
}
