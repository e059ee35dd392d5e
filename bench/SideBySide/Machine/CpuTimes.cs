using System.Globalization;

namespace PollIO.SideBySide.Machine;

/// <summary>Where the CPUs' time went since boot, all CPUs together, in clock ticks (proc(5), /proc/stat).</summary>
/// <param name="User">Programs, nice ones included.</param>
/// <param name="System">The kernel on behalf of programs.</param>
/// <param name="Idle">Nothing to do, waiting for disks included.</param>
/// <param name="Interrupts">Interrupts and soft interrupts: the kernel's network code among them.</param>
/// <param name="Steal">The hypervisor ran something else.</param>
internal readonly record struct CpuTimes(long User, long System, long Idle, long Interrupts, long Steal)
{
    /// <summary>Ticks of work: all but idle and stolen ones.</summary>
    internal long Busy => User + System + Interrupts;

    internal long Total => Busy + Idle + Steal;

    internal static CpuTimes Read() => Parse(File.ReadAllText("/proc/stat"));

    /// <summary>Parses the text of /proc/stat.</summary>
    internal static CpuTimes Parse(string text)
    {
        ReadOnlySpan<char> line = text.AsSpan(0, Math.Max(0, text.IndexOf('\n', StringComparison.Ordinal)));
        Span<long> ticks = stackalloc long[8];
        Span<Range> fields = stackalloc Range[12];
        int count = line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count < 9 || line[fields[0]] is not "cpu")
        {
            throw new FormatException("/proc/stat does not begin with the line of all CPUs");
        }

        for (int i = 0; i < ticks.Length; i++)
        {
            ticks[i] = long.Parse(line[fields[i + 1]], NumberStyles.None, CultureInfo.InvariantCulture);
        }

        // user nice system idle iowait irq softirq steal; guest time is part of user time.
        return new CpuTimes(ticks[0] + ticks[1], ticks[2], ticks[3] + ticks[4], ticks[5] + ticks[6], ticks[7]);
    }

    public static CpuTimes operator -(CpuTimes later, CpuTimes earlier) => new(
        later.User - earlier.User,
        later.System - earlier.System,
        later.Idle - earlier.Idle,
        later.Interrupts - earlier.Interrupts,
        later.Steal - earlier.Steal);
}
