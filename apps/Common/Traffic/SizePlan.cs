using PollIO.Apps.Common.CommandLine;

namespace PollIO.Apps.Common.Traffic;

/// <summary>Frame sizes, without the frame check sequence.</summary>
internal static class SizePlan
{
    /// <summary>RFC 2544 section 9.1's sizes for Ethernet, which there include the frame check sequence of 4 bytes.</summary>
    internal static readonly IReadOnlyList<int> Rfc2544 = [60, 124, 252, 508, 1020, 1276, 1514];

    /// <summary>The simple Internet mix, 7 : 4 : 1, of 60, 590 and 1514 bytes.</summary>
    internal static readonly IReadOnlyList<int> Imix = [60, 590, 60, 590, 60, 1514, 60, 590, 60, 60, 590, 60];

    /// <summary>Reads <c>64</c>, <c>imix</c> or <c>64-1514</c>.</summary>
    /// <returns>Sizes in the order in which they are sent again and again.</returns>
    /// <exception cref="UsageException">The value is none of these.</exception>
    internal static IReadOnlyList<int> Parse(string name, string value)
    {
        if (value == "imix")
        {
            return Imix;
        }

        int dash = value.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
        {
            return [Size(name, value)];
        }

        (int first, int last) = (Size(name, value[..dash]), Size(name, value[(dash + 1)..]));
        return first <= last
            ? [.. Enumerable.Range(first, last - first + 1)]
            : throw new UsageException($"{name} {value}: the range ends before it begins");
    }

    /// <summary>Reads <c>64,1514</c> or <c>rfc2544</c>: sizes that are tried one after the other.</summary>
    /// <exception cref="UsageException">The value is neither.</exception>
    internal static IReadOnlyList<int> ParseList(string name, string value) =>
        value == "rfc2544" ? Rfc2544 : [.. value.Split(',').Select(size => Size(name, size))];

    private static int Size(string name, string value) => OptionValues.Number(name, value, 60, FrameRecipe.MaxSize);
}
