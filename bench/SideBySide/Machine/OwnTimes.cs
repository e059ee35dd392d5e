using System.Globalization;

namespace PollIO.SideBySide.Machine;

/// <summary>CPU time of this process and of the children it has waited for, in clock ticks (proc(5), /proc/pid/stat).</summary>
internal static class OwnTimes
{
    internal static long Read() => Parse(File.ReadAllText("/proc/self/stat"));

    /// <summary>Parses the text of /proc/pid/stat: utime, stime, cutime and cstime are its fields 14 to 17.</summary>
    internal static long Parse(string text)
    {
        // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
        string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int FieldsBefore = 3;
        return Enumerable.Range(14, 4).Sum(field => long.Parse(fields[field - FieldsBefore], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
    }
}
