using PollIO.Tests.Support;

namespace PollIO.Lab.Tests.Support;

/// <summary>What the guest's kernel says from a moment on.</summary>
internal sealed class KernelLog
{
    private readonly int _before = Lines().Length;

    /// <summary>Lines since this object was made.</summary>
    internal IReadOnlyList<string> New => Lines()[_before..];

    /// <summary>DMA that the IOMMU stopped, one line each.</summary>
    internal IReadOnlyList<string> DmaFaults => [.. New.Where(line => line.Contains("DMAR: [DMA", StringComparison.Ordinal))];

    /// <summary>Whatever ought never to be there: an oops, a warning with a stack, a hung task, a lock-up.</summary>
    internal IReadOnlyList<string> Complaints =>
        [.. New.Where(line => line.Contains("BUG:", StringComparison.Ordinal) || line.Contains("WARNING:", StringComparison.Ordinal) || line.Contains("Oops", StringComparison.Ordinal) || line.Contains("blocked for more than", StringComparison.Ordinal))];

    private static string[] Lines() => ToolRunner.RunSuccessfullyAsync("dmesg").GetAwaiter().GetResult().Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
