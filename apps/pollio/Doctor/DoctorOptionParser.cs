using PollIO.Apps.Common.CommandLine;
using PollIO.Pmd;

namespace PollIO.Apps.Tools.Doctor;

/// <summary>Turns arguments into <see cref="DoctorOptions"/>.</summary>
internal static class DoctorOptionParser
{
    private const string Help =
        """
        pollio doctor: says what keeps this machine from running PollIO well

        usage: pollio doctor [options]

          --port SPEC   look at what this port needs, for example vfio:0000:03:00.0
          --cores LIST  CPUs that are to poll, for example 1,2
          --json        print the findings as one JSON object
          --root DIR    read DIR/sys, DIR/proc and DIR/dev (default /)
          --help

        Needs no root. Each finding is ok, a warning (works, and costs something) or a
        problem, with the command that mends it.
        exit code: 0 no problem, 1 problems, 2 the command line is wrong
        """;

    /// <summary>Reads the arguments.</summary>
    /// <returns>The options, or null when help was asked for and <paramref name="answer"/> is it.</returns>
    /// <exception cref="UsageException">The arguments make no sense.</exception>
    internal static DoctorOptions? Parse(IReadOnlyList<string> arguments, out string answer)
    {
        var options = new DoctorOptions();
        bool help = false;
        var table = new OptionTable();
        table.AddValue("--port", "a port spec", value => options = options with { Port = PortSpec.Parse(OptionValues.Spec("--port", value)) });
        table.AddValue("--cores", "CPU numbers, for example 1,2", value => options = options with { Cores = OptionValues.Cores(value) });
        table.AddFlag("--json", () => options = options with { Json = true });
        table.AddValue("--root", "a folder", value => options = options with { Root = value });
        table.AddFlag("--help", () => help = true);
        table.AddFlag("-h", () => help = true);
        table.Read(arguments);
        answer = Help;
        return help ? null : options;
    }
}
