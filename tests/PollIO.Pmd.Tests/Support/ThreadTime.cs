using System.Globalization;

namespace PollIO.Pmd.Tests.Support;

/// <summary>CPU time of a thread of this process, known by its name (proc(5), schedstat).</summary>
internal static class ThreadTime
{
    internal static TimeSpan Of(string name)
    {
        string task = Directory.EnumerateDirectories("/proc/self/task").Single(task => File.ReadAllText($"{task}/comm").Trim() == name);
        string nanoseconds = File.ReadAllText($"{task}/schedstat").Split(' ')[0];
        return TimeSpan.FromTicks(long.Parse(nanoseconds, CultureInfo.InvariantCulture) / 100);
    }
}
