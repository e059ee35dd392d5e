using System.Globalization;
using System.Net;
using PollIO.Pmd;

namespace PollIO.Apps.Common.CommandLine;

/// <summary>Reads the values of options that several apps have; every error is one line that names the option.</summary>
internal static class OptionValues
{
    private static readonly TimeSpan s_longest = TimeSpan.FromDays(365);
    private static readonly TimeSpan s_shortestInterval = TimeSpan.FromMilliseconds(100);

    internal static string IdleNames => string.Join(", ", Enum.GetValues<IdleStrategy>().Select(IdleName));

    /// <summary>A port spec; whether its driver and keys exist is found out when it is opened.</summary>
    /// <exception cref="UsageException">The value is none.</exception>
    internal static string Spec(string name, string value)
    {
        try
        {
            return PortSpec.Parse(value).Text;
        }
        catch (PollIOException e)
        {
            throw new UsageException($"{name} {e.Message}");
        }
    }

    /// <summary>An idle strategy by its name in lower case.</summary>
    /// <exception cref="UsageException">The value is none.</exception>
    internal static IdleStrategy Idle(string value) =>
        Enum.GetValues<IdleStrategy>().Cast<IdleStrategy?>().FirstOrDefault(idle => IdleName(idle!.Value) == value)
        ?? throw new UsageException($"--idle {value}: one of {IdleNames} is wanted");

    /// <summary>A list of CPUs.</summary>
    /// <exception cref="UsageException">The value is none.</exception>
    internal static IReadOnlyList<int> Cores(string value)
    {
        try
        {
            return CpuSet.Parse(value);
        }
        catch (FormatException e)
        {
            throw new UsageException($"--cores: {e.Message}");
        }
    }

    /// <summary>A whole number.</summary>
    /// <exception cref="UsageException">The value is none, or outside the bounds.</exception>
    internal static int Number(string name, string value, int min, int max) => (int)LongNumber(name, value, min, max);

    /// <summary>A whole number of any size.</summary>
    /// <exception cref="UsageException">The value is none, or outside the bounds.</exception>
    internal static long LongNumber(string name, string value, long min, long max) =>
        long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number >= min && number <= max
            ? number
            : throw new UsageException($"{name} {value}: a whole number from {min} to {max} is wanted");

    /// <summary>A positive number with or without decimals.</summary>
    /// <exception cref="UsageException">The value is none, or outside the bounds.</exception>
    internal static double Fraction(string name, string value, double above, double max) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) && number > above && number <= max
            ? number
            : throw new UsageException(FormattableString.Invariant($"{name} {value}: a number above {above} and up to {max} is wanted"));

    /// <summary>Seconds above zero.</summary>
    /// <exception cref="UsageException">The value is none.</exception>
    internal static TimeSpan Seconds(string name, string value) =>
        double.TryParse(value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double seconds)
        && seconds > 0
        && seconds <= s_longest.TotalSeconds
            ? TimeSpan.FromSeconds(seconds)
            : throw new UsageException($"{name} {value}: seconds above 0 and up to {s_longest.TotalSeconds} are wanted, for example 2.5");

    /// <summary>Seconds, or zero for none.</summary>
    /// <exception cref="UsageException">The value is neither.</exception>
    internal static TimeSpan SecondsOrNone(string name, string value)
    {
        if (value == "0")
        {
            return TimeSpan.Zero;
        }

        try
        {
            return Seconds(name, value);
        }
        catch (UsageException e)
        {
            throw new UsageException($"{e.Message}; 0 for none");
        }
    }

    /// <summary>Seconds between live statistics, or zero for none.</summary>
    /// <exception cref="UsageException">The value is neither.</exception>
    internal static TimeSpan Interval(string value)
    {
        TimeSpan interval = SecondsOrNone("--interval", value);
        return interval == TimeSpan.Zero || interval >= s_shortestInterval
            ? interval
            : throw new UsageException($"--interval {value}: {s_shortestInterval.TotalSeconds} seconds is the shortest; 0 prints no live statistics");
    }

    /// <summary>An address and port to listen on; a port alone is the loopback's.</summary>
    /// <exception cref="UsageException">The value is none.</exception>
    internal static IPEndPoint EndPoint(string name, string value)
    {
        string port = value[(value.LastIndexOf(':') + 1)..];
        string address = value[..^port.Length].TrimEnd(':');
        return ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            && IPAddress.TryParse(address.Length == 0 ? "127.0.0.1" : address, out IPAddress? parsed)
            && (value == port || value[^(port.Length + 1)] == ':')
            && (parsed.AddressFamily != System.Net.Sockets.AddressFamily.InterNetworkV6 || address.StartsWith('['))
                ? new IPEndPoint(parsed, number)
                : throw new UsageException($"{name} {value}: an address and a port are wanted, for example 127.0.0.1:9090 or [::1]:9090");
    }

    private static string IdleName(IdleStrategy idle) => idle.ToString().ToLowerInvariant();
}
