namespace PollIO.Pmd.Tests.Support;

/// <summary>What this process has open. Other tests open and close meanwhile: a descriptor that is gone when it is looked at is not counted.</summary>
internal static class OpenDescriptors
{
    /// <summary>Counts descriptors whose target has one of these words in it, for example <c>eventfd</c>.</summary>
    internal static int Count(params string[] kinds) => Directory.GetFiles("/proc/self/fd")
        .Count(path => new FileInfo(path).LinkTarget is { } target && Array.Exists(kinds, kind => target.Contains(kind, StringComparison.Ordinal)));
}
