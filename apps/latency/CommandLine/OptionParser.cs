using PollIO.Apps.Common.CommandLine;
using PollIO.Apps.Common.Traffic;
using PollIO.Wire;

namespace PollIO.Apps.Latency.CommandLine;

/// <summary>Turns arguments into <see cref="Options"/>.</summary>
internal static class OptionParser
{
    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or null when help or the version was asked for and <paramref name="answer"/> is it.</returns>
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    internal static Options? Parse(IReadOnlyList<string> arguments, out string answer)
    {
        var options = new Options();
        string? asked = null;

        var table = new OptionTable();
        table.AddValue("--port", "a port spec, for example af_packet:eth0", value => options = options with { Tx = OptionValues.Spec("--port", value), IsOnePort = true });
        table.AddValue("--tx", "a port spec, for example af_packet:eth0", value => options = options with { Tx = OptionValues.Spec("--tx", value) });
        table.AddValue("--rx", "a port spec, for example af_packet:eth1", value => options = options with { Rx = OptionValues.Spec("--rx", value) });
        table.AddValue("--rate", "a rate, for example 100kpps", value => options = options with { Rate = RateOf(value) });
        table.AddValue("--size", "bytes, a list or rfc2544", value => options = options with { Sizes = SizePlan.ParseList("--size", value) });
        table.AddValue("--duration", "seconds", value => options = options with { Duration = OptionValues.Seconds("--duration", value) });
        table.AddValue("--warmup", "seconds", value => options = options with { Warmup = OptionValues.SecondsOrNone("--warmup", value) });
        table.AddValue("--wait", "seconds", value => options = options with { Wait = OptionValues.Seconds("--wait", value) });
        table.AddFlag("--ndr", () => options = options with { Tolerance = 0 });
        table.AddValue("--pdr", "percent", value => options = options with { Tolerance = OptionValues.Fraction("--pdr", value, 0, 50) });
        table.AddValue("--resolution", "percent", value => options = options with { Resolution = OptionValues.Fraction("--resolution", value, 0, 50) });
        table.AddFlag("--ipv6", () => options = options with { Recipe = options.Recipe with { IsIPv6 = true } });
        table.AddValue("--vlan", "a number", value => options = options with { Recipe = options.Recipe with { Vlan = OptionValues.Number("--vlan", value, 0, 4094) } });
        table.AddValue("--dst-mac", "an address", value => options = options with { DestinationMac = Mac(value) });
        table.AddValue("--cores", "one CPU number or two", value => options = options with { Cores = OptionValues.Cores(value) });
        table.AddValue("--idle", "one of spin, pause, yield", value => options = options with { Idle = Idle(value) });
        table.AddValue("--burst", "a number", value => options = options with { Burst = OptionValues.Number("--burst", value, 1, Options.MaxBurst) });
        table.AddValue("--plot", "a file", value => options = options with { Plot = value });
        table.AddValue("--json", "a file, or - for standard output", value => options = options with { Json = value });
        table.AddFlag("--help", () => asked ??= HelpText.Text);
        table.AddFlag("-h", () => asked ??= HelpText.Text);
        table.AddFlag("--version", () => asked ??= HelpText.Version);
        IReadOnlySet<string> given = table.Read(arguments);

        answer = asked ?? "";
        return asked is null ? Checked(options, given) : null;
    }

    private static Options Checked(Options options, IReadOnlySet<string> given)
    {
        if (options.IsOnePort ? given.Contains("--tx") || given.Contains("--rx") : options.Tx.Length == 0 || options.Rx.Length == 0)
        {
            throw new UsageException("either --port SPEC is wanted, or both --tx SPEC and --rx SPEC");
        }

        if (given.Contains("--ndr") && given.Contains("--pdr"))
        {
            throw new UsageException("--ndr and --pdr exclude each other");
        }

        if (given.Contains("--resolution") && options.Tolerance is null)
        {
            throw new UsageException("--resolution needs --ndr or --pdr");
        }

        if (options.Cores.Count > 2)
        {
            throw new UsageException("--cores: one CPU or two are wanted");
        }

        int least = options.Recipe.MinSize;
        return options.Sizes.Min() >= least
            ? options with { Rx = options.IsOnePort ? options.Tx : options.Rx }
            : throw new UsageException($"--size {options.Sizes.Min()}: headers and the stamp need {least} bytes");
    }

    // A search from a rate without end would begin nowhere.
    private static Rate RateOf(string value)
    {
        Rate rate = Rate.Parse("--rate", value);
        return rate.IsUnlimited ? throw new UsageException("--rate max: latency needs a rate; --ndr searches the highest one") : rate;
    }

    private static IdleStrategy Idle(string value)
    {
        IdleStrategy idle = OptionValues.Idle(value);
        return idle != IdleStrategy.Interrupt ? idle : throw new UsageException("--idle interrupt: a core that sends at a rate cannot sleep");
    }

    private static MacAddress Mac(string value) => MacAddress.TryParse(value, out MacAddress address)
        ? address
        : throw new UsageException($"--dst-mac {value}: an address is wanted, for example 02:00:00:00:00:01");
}
